package io.github.dingtalkcamel.component.dingtalk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failures;
import io.github.dingtalkcamel.component.api.RejectedException;
import org.apache.camel.Exchange;

/**
 * Who a message is for.
 *
 * @param type how they are named
 * @param ids  each once, in order, at least one
 */
record Recipients(RecipientType type, List<String> ids) {

    static Recipients of(MessageOptions options, String endpoint) {
        List<String> ids = options.recipientIds();
        if (ids.isEmpty()) {
            throw new IllegalArgumentException(endpoint + " needs option recipientId, or header " + DingTalkConstants.RECIPIENT_ID
                    + ": one recipient or several");
        }
        return new Recipients(options.recipientType(), ids);
    }

    boolean areGroups() {
        return type == RecipientType.chat_id;
    }

    /** The user id of each person, by the id that the person was named by. Who is not found is noted as failed and left out. */
    CompletableFuture<Map<String, String>> userIds(Api api, Exchange exchange, Delivered delivered) {
        Map<String, String> userIds = new LinkedHashMap<>();
        return InTurn.forEach(ids, id -> switch (type) {
            case union_id -> lookUp(api, exchange, id, "/topapi/user/getbyunionid", Map.of("unionid", id), userIds, delivered);
            case mobile -> lookUp(api, exchange, id, "/topapi/v2/user/getbymobile", Map.of("mobile", id.replaceAll("[ -]", "")), userIds,
                    delivered);
            default -> {
                userIds.put(id, id);
                yield CompletableFuture.completedFuture(null);
            }
        }).thenApply(done -> userIds);
    }

    private static CompletableFuture<?> lookUp(Api api, Exchange exchange, String id, String path, Map<String, Object> question,
            Map<String, String> userIds,
            Delivered delivered) {
        return api.post(exchange, path, question).handle((answer, failure) -> {
            Throwable cause = Failures.causeOf(failure);
            if (failure == null) {
                found(id, answer, userIds, delivered);
            } else if (cause instanceof DingTalkException refusal) {
                delivered.failed(List.of(id), refusal);
            } else {
                throw new CompletionException(cause);
            }
            return null;
        });
    }

    private static void found(String id, JsonNode answer, Map<String, String> userIds, Delivered delivered) {
        String userId = answer.at("/result/userid").asText("");
        if (userId.isEmpty()) {
            delivered.failed(List.of(id), new RejectedException("noUserId", "DingTalk names no user id for this recipient",
                    "Name the recipient by user_id", null));
        } else {
            userIds.put(id, userId);
        }
    }
}
