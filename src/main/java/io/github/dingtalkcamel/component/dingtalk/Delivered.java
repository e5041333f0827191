package io.github.dingtalkcamel.component.dingtalk;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.json.Json;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * The outcome of a message for several recipients: DingTalk's answers, the ids of what was sent, and those who did not get it. Used by one
 * exchange.
 */
final class Delivered {

    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {
    };

    private final List<Map<String, Object>> answers = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private final Map<String, DingTalkException> failed = new LinkedHashMap<>();
    private boolean reached;

    static Map<String, Object> map(JsonNode answer) {
        if (answer == null || !answer.isObject()) {
            return Json.MAPPER.convertValue(answer, MAP);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : answer.properties()) {
            map.put(each.getKey(), plain(each.getValue()));
        }
        return map;
    }

    /** Most answers are a few texts and numbers, which need no conversion. */
    private static Object plain(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> value.textValue();
            case NUMBER -> value.numberValue();
            case BOOLEAN -> value.booleanValue();
            case NULL -> null;
            default -> Json.MAPPER.convertValue(value, Object.class);
        };
    }

    /** DingTalk accepted it for at least one recipient. @param id of what was sent, or null where DingTalk gives none */
    synchronized void taken(String id) {
        reached = true;
        if (id != null && !id.isEmpty()) {
            ids.add(id);
        }
    }

    synchronized void answer(JsonNode answer) {
        answers.add(map(answer));
    }

    synchronized void failed(Collection<String> recipients, DingTalkException why) {
        recipients.forEach(recipient -> failed.putIfAbsent(recipient, why));
    }

    /**
     * Puts the result into the message, and the recipients that were not reached into its headers and {@link RecipientFailures}. Fails
     * where none was reached, with the reason of the first one.
     */
    synchronized CompletableFuture<Void> into(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeader(DingTalkConstants.FAILED_RECIPIENTS);
        message.removeHeader(DingTalkConstants.FAILURE_REASONS);
        exchange.setProperty(RecipientFailures.PROPERTY, new RecipientFailures(failed));
        if (!failed.isEmpty()) {
            Map<String, String> reasons = new LinkedHashMap<>();
            failed.forEach((recipient, why) -> reasons.put(recipient, why.code() + ": " + why.getMessage()));
            message.setHeader(DingTalkConstants.FAILED_RECIPIENTS, List.copyOf(failed.keySet()));
            message.setHeader(DingTalkConstants.FAILURE_REASONS, reasons);
        }
        if (!reached) {
            return CompletableFuture.failedFuture(failed.values().iterator().next());
        }
        if (ids.isEmpty()) {
            message.removeHeader(DingTalkConstants.SENT_MESSAGE_ID);
        } else {
            message.setHeader(DingTalkConstants.SENT_MESSAGE_ID, ids.size() == 1 ? ids.get(0) : List.copyOf(ids));
        }
        message.setBody(answers.size() == 1 ? answers.get(0) : List.copyOf(answers));
        return CompletableFuture.completedFuture(null);
    }
}
