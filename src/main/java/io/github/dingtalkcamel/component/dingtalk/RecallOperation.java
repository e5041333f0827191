package io.github.dingtalkcamel.component.dingtalk;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import org.apache.camel.Exchange;

/** {@code dingtalk:recall}: takes back messages that were sent to people or to one group in the last 24 hours. */
record RecallOperation(Api api, DingTalkConfiguration uri) implements Operation {

    private static final int MOST_KEYS = 20;

    @Override
    public CompletableFuture<?> perform(Exchange exchange) {
        MessageOptions options = new MessageOptions(exchange, uri);
        List<String> keys = options.list(DingTalkConstants.SENT_MESSAGE_ID, uri.getSentMessageId());
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("dingtalk:recall needs option sentMessageId, or header " + DingTalkConstants.SENT_MESSAGE_ID
                    + " as dingtalk:send set it");
        }
        boolean inGroup = options.recipientType() == RecipientType.chat_id;
        List<String> groups = options.recipientIds();
        if (inGroup && groups.size() != 1) {
            throw new IllegalArgumentException("dingtalk:recall needs the group of the messages: option recipientId, or header "
                    + DingTalkConstants.RECIPIENT_ID);
        }
        String path = inGroup ? "/v1.0/robot/groupMessages/recall" : "/v1.0/robot/otoMessages/batchRecall";
        List<Map<String, Object>> answers = new ArrayList<>();
        List<List<String>> batches = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += MOST_KEYS) {
            batches.add(keys.subList(from, Math.min(keys.size(), from + MOST_KEYS)));
        }
        return InTurn.forEach(batches, batch -> {
            Map<String, Object> body = new LinkedHashMap<>();
            if (inGroup) {
                body.put("openConversationId", groups.get(0));
            }
            body.put("robotCode", api.app().robotCode());
            body.put("processQueryKeys", batch);
            return api.post(exchange, path, body).thenCompose(answer -> confirmed(answer, batch))
                    .thenAccept(answer -> answers.add(Delivered.map(answer)));
        }).thenAccept(done -> exchange.getMessage().setBody(answers.size() == 1 ? answers.get(0) : answers));
    }

    /** A success may still have failed. */
    private static CompletableFuture<JsonNode> confirmed(JsonNode answer, List<String> keys) {
        JsonNode failed = answer.path("failedResult");
        if (!failed.isEmpty()) {
            return CompletableFuture.failedFuture(new RejectedException("notRecalled", "DingTalk did not recall " + failed.size() + " of "
                    + keys.size()
                    + " messages: " + KnownSecrets.clean(failed.elements().next().asText(), 300),
                    "A message can be recalled for 24 hours; recipientType must be chat_id where it was sent to a group", null));
        }
        return CompletableFuture.completedFuture(answer);
    }
}
