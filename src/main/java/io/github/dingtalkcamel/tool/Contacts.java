package io.github.dingtalkcamel.tool;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.User;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * Lists users (docs/promises.md 7, {@code dingtalk_list_users}) page by page out of {@link UserDirectories}.
 * <p>
 * Pages are by user id, and the token says after which one: no user is listed twice or left out, also where the users are read again in
 * between.
 */
public final class Contacts {

    private static final int ROOT = 1;
    private static final Problem READING = new Problem("stillReading", "The organisation's people are still being read",
            "Call again in a few seconds: the directory is still being read, and the result is kept for " + UserDirectories.KEPT.toMinutes()
                    + " minutes");

    private final Settings settings;

    public Contacts(Settings settings) {
        this.settings = settings;
    }

    /** Which users a call is about. Until they are known, the call's result says that they are being read. */
    public Directory directory(@ExchangeProperty(ToolCall.PROPERTY) ToolCall call, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run)
            throws ApiException {
        after(call);
        run.error(READING);
        String language = call.text("language").orElseGet(() -> settings.integration(call.integration())
                .map(Integration::language).filter(set -> set.name().startsWith("EN")).map(english -> "en_US").orElse("zh_CN"));
        return new Directory(call.integration(), language, call.number("departmentId").orElse(ROOT));
    }

    /** Puts the page that the call asks for into its result. @param people all users of its directory, by user id */
    public void page(@Body List<User> people, @ExchangeProperty(ToolCall.PROPERTY) ToolCall call,
            @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) throws ApiException {
        int size = call.number("pageSize").orElse(Tool.USUAL_PAGE);
        String keyword = call.text("keyword").map(text -> text.strip().toLowerCase(Locale.ROOT)).orElse("");
        Stream<User> rest = people.subList(firstAfter(people, after(call)), people.size()).stream();
        List<User> page = rest.filter(each -> keyword.isEmpty() || each.holds(keyword)).limit(size + 1L).toList();
        run.error(null);
        run.data("users", page.subList(0, Math.min(size, page.size())));
        run.data("nextPageToken", page.size() > size ? token(page.get(size - 1)) : null);
    }

    /** Puts the reason why there is no page into the call's result. */
    public void failed(Exchange exchange, @ExchangeProperty(ToolCall.PROPERTY) ToolCall call,
            @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
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
            // reported below
        }
        throw ApiException.badRequest("bad_argument", "pageToken must be the nextPageToken of the page before, as it came");
    }
}
