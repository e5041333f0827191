package io.github.dingtalkcamel.tool;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
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

    /** Those whom only DingTalk, or the record of people met, knows. */
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
    public void found(@Body JsonNode answer, @ExchangeProperty(TARGET) Target target, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) throws RejectedException {
        String userId = answer.at("/result/userid").asText("");
        if (userId.isEmpty()) {
            throw new RejectedException("noUserId", "DingTalk names no user id for this recipient", "Name the recipient by user_id", null);
        }
        cache.put(new Key(run.call().integration(), target), userId);
        run.resolved(target, userId);
    }

    /** Somebody the bot has met. */
    public void met(@ExchangeProperty(TARGET) Target target, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) throws RejectedException {
        run.resolved(target, people.staffId(run.call().integration(), target.id().reveal()).orElseThrow(() -> new RejectedException("unknownOpenId",
                "Nobody with this open_id has written to the bot, and DingTalk's robot API can't send to an open_id",
                "Name the recipient by user_id, union_id or mobile, or have them write to the bot once", null)));
    }

    /** Nobody knows who it is: this one gets nothing. */
    public void notFound(Exchange exchange, @ExchangeProperty(TARGET) Target target, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        run.failed(List.of(target), Problem.of(Failure.of(exchange, Exception.class)));
    }
}
