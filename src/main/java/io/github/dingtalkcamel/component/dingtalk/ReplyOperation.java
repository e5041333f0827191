package io.github.dingtalkcamel.component.dingtalk;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failures;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.SessionExpiredException;
import io.github.dingtalkcamel.component.chunk.Chunk;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.Exchange;

/**
 * {@code dingtalk:reply}: answers the message that the exchange came from, with the body in as many messages as it needs, one after the
 * other. By the session
 * webhook of that message while it
 * lives, else by the robot API. Where a redelivery of Camel's repeats it, what DingTalk took before is not sent again.
 */
record ReplyOperation(Api api, DingTalkConfiguration uri) implements Operation {

    @Override
    public CompletableFuture<?> perform(Exchange exchange) {
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        if (message == null) {
            throw new IllegalArgumentException("dingtalk:reply answers the message of exchange property " + InboundMessage.PROPERTY
                    + ", which dingtalk:messages sets,"
                    + " and there is none. To send without a message to answer, use dingtalk:send");
        }
        MessageOptions options = new MessageOptions(exchange, uri);
        String text = exchange.getMessage().getBody(String.class);
        if (text == null || text.isBlank()) {
            return CompletableFuture.completedFuture(null);
        }
        SessionReply session = SessionReply.of(api, message, options);
        ReplyProgress progress = ReplyProgress.of(exchange, text);
        int most = uri.getMaxMessageLength() == null ? api.app().maxMessageLength() : uri.getMaxMessageLength();
        List<String> chunks = session.chunker(most).chunks(encodable(text)).stream().map(Chunk::text).filter(chunk -> !chunk.isBlank())
                .toList();
        if (chunks.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<Mentions> mentions = session.others().among(chunks);
        return InTurn.whileTrue(() -> progress.sent() < chunks.size(),
                () -> send(exchange, message, session, progress, chunks.get(progress.sent()),
                        progress.sent() < mentions.size() ? mentions.get(progress.sent()) : Mentions.NONE))
                .thenCompose(done -> {
                    progress.end(exchange);
                    return progress.delivered().into(exchange);
                });
    }

    /** Halves of surrogate pairs, which no encoding can carry, become question marks. */
    private static String encodable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private CompletableFuture<?> send(Exchange exchange, InboundMessage message, SessionReply session, ReplyProgress progress, String chunk,
            Mentions named) {
        if (progress.isSessionExpired() || !session.isUsable()) {
            return byRobot(exchange, message, session.options(), progress, chunk);
        }
        return session.send(exchange, chunk, progress.sent(), named).handle((answer, failure) -> {
            Throwable cause = Failures.causeOf(failure);
            if (failure == null) {
                progress.taken(answer, null);
                return CompletableFuture.completedFuture(null);
            }
            if (cause instanceof SessionExpiredException) {
                progress.sessionExpired();
                return byRobot(exchange, message, session.options(), progress, chunk);
            }
            if (cause instanceof DingTalkException lost && lost.outcome() == DingTalkException.Outcome.UNKNOWN) {
                progress.inDoubt();
            }
            return CompletableFuture.failedFuture(cause);
        }).thenCompose(next -> next);
    }

    private CompletableFuture<?> byRobot(Exchange exchange, InboundMessage message, MessageOptions options, ReplyProgress progress,
            String chunk) {
        if (progress.isInDoubt()) {
            // the robot API knows no msgUuid and might show it a second time
            return CompletableFuture.failedFuture(new OutcomeUnknownException("lost",
                    "The session webhook's answer was lost, then the session expired",
                    OutcomeUnknownException.ASK, null));
        }
        RobotMessageBody body = RobotMessageBody.markdown(chunk, options.title());
        if (message.conversationType() == ConversationType.GROUP) {
            return SendOperation.toGroup(api, exchange, message.conversationId(), body)
                    .thenAccept(answer -> progress.taken(answer, answer.path("processQueryKey").asText()));
        }
        String staffId = message.sender().staffId();
        if (staffId == null) {
            return CompletableFuture.failedFuture(new RejectedException("noStaffId",
                    "The sender has no staff id, so only the session webhook could have reached them",
                    "Answer people outside the organisation while the session webhook lives; publish the app if this is a colleague",
                            null));
        }
        return SendOperation.toPerson(api, exchange, Set.of(staffId), body).thenCompose(answer -> {
            DingTalkException refusal = SendOperation.refusal(answer, staffId);
            if (refusal != null) {
                return CompletableFuture.failedFuture(refusal);
            }
            progress.taken(answer, answer.path("processQueryKey").asText());
            return CompletableFuture.completedFuture(null);
        });
    }
}
