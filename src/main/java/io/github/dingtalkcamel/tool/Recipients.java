package io.github.dingtalkcamel.tool;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RejectedException;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * Who the recipients are that a call names otherwise than by user id (docs/protocol.md 6.7.1). Answers of DingTalk's are kept for an hour,
 * in memory only.
 */
public final class Recipients {

    /** Exchange property that holds the recipient under way. */
    public static final String TARGET = "CamelDingTalkTarget";

    private static final int CACHED = 10_000;
    private static final Duration KEPT = Duration.ofHours(1);

    private final KnownSenders people;
    private final Cache<Key, String> cache = Caffeine.newBuilder().maximumSize(CACHED).expireAfterWrite(KEPT).build();

    public Recipients(KnownSenders people) {
        this.people = people;
    }

    private record Key(String integration, Target target) {
    }

    /** Those that only DingTalk, or the record of people who wrote to the bot, can resolve. */
    public List<Target> unknown(@ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        for (Target target : run.waiting()) {
            String userId = cache.getIfPresent(new Key(run.call().integration(), target));
            if (userId != null) {
                run.resolved(target, userId);
            }
        }
        return run.waiting().stream().filter(target -> switch (target.type()) {
            case UNION_ID, MOBILE, OPEN_ID -> run.userId(target) == null;
            case USER_ID, CHAT_ID, WEBHOOK -> false;
        }).toList();
    }

    /** Body of {@code getbyunionid}. */
    public Map<String, Object> unionId(@ExchangeProperty(TARGET) Target target) {
        return Map.of("unionid", target.id().reveal());
    }

    /** Body of {@code getbymobile}. */
    public Map<String, Object> mobile(@ExchangeProperty(TARGET) Target target) {
        return Map.of("mobile", target.id().reveal().replaceAll("[ -]", ""));
    }

    /** DingTalk's answer says who it is. */
    public void found(@Body Map<String, Object> answer, @ExchangeProperty(TARGET) Target target,
            @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) throws RejectedException {
        String userId = answer.get("result") instanceof Map<?, ?> result && result.get("userid") instanceof String id ? id : "";
        if (userId.isEmpty()) {
            throw new RejectedException("noUserId", "DingTalk names no user id for this recipient", "Name the recipient by user_id", null);
        }
        cache.put(new Key(run.call().integration(), target), userId);
        run.resolved(target, userId);
    }

    /** A person who wrote to the bot: DingTalk can't resolve an open id. */
    public void fromKnownSenders(@ExchangeProperty(TARGET) Target target, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run)
            throws RejectedException {
        String openId = target.id().reveal();
        run.resolved(target, people.staffId(run.call().integration(), openId).orElseThrow(() -> new RejectedException("unknownOpenId",
                "No person with this open_id has written to the bot, and DingTalk's robot API can't send to an open_id",
                "Name the recipient by user_id, union_id or mobile, or have them write to the bot once", null)));
    }

    /** The user id is unknown: this recipient gets nothing. */
    public void notFound(Exchange exchange, @ExchangeProperty(TARGET) Target target,
            @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        run.failed(List.of(target), Problem.of(Failure.of(exchange, Exception.class)));
    }
}
