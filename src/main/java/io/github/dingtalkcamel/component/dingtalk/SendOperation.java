package io.github.dingtalkcamel.component.dingtalk;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failures;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import org.apache.camel.Exchange;

/** {@code dingtalk:send}: a message of the app's robot, to people by twenties and to groups one by one. */
record SendOperation(Api api, DingTalkConfiguration uri) implements Operation {

    private static final int MOST_PEOPLE = 20;
    static final String TO_PEOPLE = "/v1.0/robot/oToMessages/batchSend";
    static final String TO_GROUP = "/v1.0/robot/groupMessages/send";

    @Override
    public CompletableFuture<?> perform(Exchange exchange) {
        MessageOptions options = new MessageOptions(exchange, uri);
        Recipients recipients = Recipients.of(options, "dingtalk:send");
        RobotMessageBody message = RobotMessageBody.of(exchange, options);
        Delivered delivered = new Delivered();
        CompletableFuture<?> sent = recipients.areGroups() ? toGroups(exchange, recipients.ids(), message, delivered)
                : recipients.userIds(api, exchange, delivered).thenCompose(userIds -> toPeople(exchange, userIds, message, delivered));
        return sent.thenCompose(done -> delivered.into(exchange));
    }

    private CompletableFuture<?> toGroups(Exchange exchange, List<String> groups, RobotMessageBody message, Delivered delivered) {
        return inTurn(groups.stream().map(List::of).toList(), delivered, group -> toGroup(api, exchange, group.get(0), message)
                .thenAccept(answer -> note(answer, delivered)));
    }

    /** Sends to one group. */
    static CompletableFuture<JsonNode> toGroup(Api api, Exchange exchange, String group, RobotMessageBody message) {
        Map<String, Object> body = message.asMap(api.app().robotCode());
        body.put("openConversationId", group);
        return api.post(exchange, TO_GROUP, body);
    }

    private CompletableFuture<?> toPeople(Exchange exchange, Map<String, String> userIds, RobotMessageBody message, Delivered delivered) {
        List<String> named = List.copyOf(userIds.keySet());
        List<List<String>> batches = new ArrayList<>();
        for (int from = 0; from < named.size(); from += MOST_PEOPLE) {
            batches.add(named.subList(from, Math.min(named.size(), from + MOST_PEOPLE)));
        }
        return inTurn(batches, delivered, batch -> toPerson(api, exchange, new LinkedHashSet<>(batch.stream().map(userIds::get).toList()),
                message)
                .thenAccept(answer -> tookFor(batch, userIds, answer, delivered)));
    }

    /** Sends to at most twenty people. */
    static CompletableFuture<JsonNode> toPerson(Api api, Exchange exchange, Set<String> userIds, RobotMessageBody message) {
        Map<String, Object> body = message.asMap(api.app().robotCode());
        body.put("userIds", userIds);
        return api.post(exchange, TO_PEOPLE, body);
    }

    private static void tookFor(List<String> batch, Map<String, String> userIds, JsonNode answer, Delivered delivered) {
        List<String> reached = new ArrayList<>(batch);
        for (String recipient : batch) {
            DingTalkException refusal = refusal(answer, userIds.get(recipient));
            if (refusal != null) {
                delivered.failed(List.of(recipient), refusal);
                reached.remove(recipient);
            }
        }
        delivered.answer(answer);
        if (!reached.isEmpty()) {
            delivered.taken(answer.path("processQueryKey").asText());
        }
    }

    /** Why one of the recipients did not get what DingTalk took; null for one who did. */
    static DingTalkException refusal(JsonNode answer, String userId) {
        if (holds(answer.path("invalidStaffIdList"), userId)) {
            return new RejectedException("invalidStaffId", TO_PEOPLE
                    + ": DingTalk does not know the user id, or the app may not see the person",
                    "Check the user id, and put the person into the app's visible range in DingTalk's console", null);
        }
        return holds(answer.path("flowControlledStaffIdList"), userId) ? new ThrottledException("flowControlled",
                TO_PEOPLE + ": the recipient gets too many messages just now", "Send it again later, and less to this person", null)
                : answer.path("processQueryKey").asText("").isEmpty() ? new OutcomeUnknownException("outcomeUnknown",
                        TO_PEOPLE + ": the answer lacks processQueryKey, which would confirm it", OutcomeUnknownException.ASK, null) : null;
    }

    private static boolean holds(JsonNode userIds, String userId) {
        for (JsonNode each : userIds) {
            if (each.asText().equals(userId)) {
                return true;
            }
        }
        return false;
    }

    private static void note(JsonNode answer, Delivered delivered) {
        delivered.answer(answer);
        delivered.taken(answer.path("processQueryKey").asText());
    }

    /** One call after the other. A refusal counts for the recipients of its call; where DingTalk is not there, the rest is not tried. */
    private static CompletableFuture<?> inTurn(List<List<String>> calls, Delivered delivered, Function<List<String>,
            CompletableFuture<?>> call) {
        List<DingTalkException> end = new ArrayList<>();
        return InTurn.forEach(calls, recipients -> {
            if (!end.isEmpty()) {
                delivered.failed(recipients, new UnavailableException("notTried", "Not sent, since the call before failed: " + end.get(0)
                        .getMessage(),
                        "A later try can succeed", null));
                return CompletableFuture.completedFuture(null);
            }
            return call.apply(recipients).handle((done, failure) -> {
                Throwable cause = Failures.causeOf(failure);
                if (cause instanceof DingTalkException refusal) {
                    delivered.failed(recipients, refusal);
                    if (!(refusal instanceof RejectedException)) {
                        end.add(refusal);
                    }
                } else if (failure != null) {
                    throw new CompletionException(cause);
                }
                return null;
            });
        });
    }
}
