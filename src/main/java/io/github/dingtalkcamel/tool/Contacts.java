package io.github.dingtalkcamel.tool;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.dingtalkcamel.component.api.DepartmentTraversal;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.User;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;

/**
 * Lists people (docs/promises.md 7, {@code dingtalk_list_users}). All of an organisation are read at once, one walk for whoever asks
 * meanwhile, and kept for five minutes; all requests share that one copy, and no more than 400,000 people are kept in all.
 * <p>
 * Pages are by user id, and the token says after which one: nobody comes twice or is left out, also where the people are read anew in between.
 */
public final class Contacts {

    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int MOST_KEPT = 2 * DepartmentTraversal.MOST_PEOPLE;
    private static final int ROOT = 1;
    private static final int USUAL_PAGE = 20;
    private static final Problem READING = new Problem("stillReading", "The organisation's people are still being read",
            "Call again in a few seconds: the reading goes on, and its result is kept for " + KEPT.toMinutes() + " minutes");

    private final Settings settings;
    private final InstantSource clock;
    private final Cache<String, List<User>> directories;

    public Contacts(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.directories = Caffeine.newBuilder()
                .maximumWeight(MOST_KEPT).weigher((String key, List<User> people) -> people.size() + 1)
                .expireAfterWrite(KEPT).ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build();
    }

    /** Which people a call is about: an integration, a language and the department to begin with. */
    public String directory(@ExchangeProperty(ToolCall.PROPERTY) ToolCall call, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) throws ApiException {
        after(call);
        run.error(READING);
        String language = call.text("language").orElseGet(() -> settings.integration(call.integration())
                .map(Integration::language).filter(set -> set.name().startsWith("EN")).map(english -> "en_US").orElse("zh_CN"));
        return String.join("/", call.integration(), language, String.valueOf(call.number("departmentId").orElse(ROOT)));
    }

    /** Whether these people have to be read first. */
    public boolean isUnknown(@Variable("directory") String directory) {
        return directories.getIfPresent(directory) == null;
    }

    /** Begins to read them. */
    public DepartmentTraversal walk(@Variable("directory") String directory) {
        String[] parts = directory.split("/");
        return new DepartmentTraversal(Long.parseLong(parts[2]), parts[1]);
    }

    /** Until when DingTalk's pace is waited for. */
    public Instant patience() {
        return clock.instant().plus(PATIENCE);
    }

    /** An answer on the way. */
    public void take(@Body JsonNode answer, @ExchangeProperty(DepartmentTraversal.PROPERTY) DepartmentTraversal walk) {
        walk.take(answer);
    }

    /** A department that can't be listed: left out where it is only gone, else the end of the way. */
    public void skip(Exchange exchange, @ExchangeProperty(DepartmentTraversal.PROPERTY) DepartmentTraversal walk) throws RejectedException {
        walk.skip(Failure.of(exchange, RejectedException.class));
    }

    /** The end of the way. */
    public void keep(@ExchangeProperty(DepartmentTraversal.PROPERTY) DepartmentTraversal walk, @Variable("directory") String directory) {
        directories.put(directory, walk.people());
    }

    /** A page of those whom the call asks for, into the result. */
    public void page(@ExchangeProperty(ToolCall.PROPERTY) ToolCall call, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run,
            @Variable("directory") String directory) throws ApiException {
        List<User> people = directories.getIfPresent(directory);
        if (people == null) {
            return;
        }
        int size = call.number("pageSize").orElse(USUAL_PAGE);
        String keyword = call.text("keyword").map(text -> text.strip().toLowerCase(Locale.ROOT)).orElse("");
        Stream<User> rest = people.subList(firstAfter(people, after(call)), people.size()).stream();
        List<User> page = rest.filter(each -> keyword.isEmpty() || each.holds(keyword)).limit(size + 1L).toList();
        run.error(null);
        run.data("users", page.subList(0, Math.min(size, page.size())));
        run.data("nextPageToken", page.size() > size ? token(page.get(size - 1)) : null);
    }

    /** Why there is none. */
    public void failed(Exchange exchange, @ExchangeProperty(ToolCall.PROPERTY) ToolCall call, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        Exception failure = Failure.of(exchange, Exception.class);
        Problem problem = Problem.of(failure);
        run.error(failure instanceof DingTalkException refusal && refusal.code().equals("60011")
                ? new Problem(problem.code(), problem.message(), grant(call.integration(), refusal.getMessage())) : problem);
    }

    private String grant(String integration, String message) {
        String scope = message.contains("qyapi_get_department_list") ? "qyapi_get_department_list" : "qyapi_get_department_member";
        String appKey = settings.integration(integration).flatMap(Integration::appKey).orElse("");
        return "Grant the app " + scope + ": https://open-dev.dingtalk.com/appscope/apply?content=" + appKey + "%23" + scope;
    }

    private static int firstAfter(List<User> people, String userId) {
        if (userId.isEmpty()) {
            return 0;
        }
        User last = new User(userId, null, null, null, null, null, List.of());
        int found = Collections.binarySearch(people, last, Comparator.comparing(User::userId));
        return found < 0 ? -found - 1 : found + 1;
    }

    private static String token(User last) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(("u:" + last.userId()).getBytes(StandardCharsets.UTF_8));
    }

    private static String after(ToolCall call) throws ApiException {
        String token = call.text("pageToken").orElse("");
        if (token.isEmpty()) {
            return "";
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (text.startsWith("u:")) {
                return text.substring(2);
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw ApiException.badRequest("bad_argument", "pageToken must be the nextPageToken of the page before, as it came");
    }
}
