package io.github.dingtalkcamel.component.dingtalk;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallCancelledException;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.DingTalkClient;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failures;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.RetryableException;
import io.github.dingtalkcamel.component.api.SessionExpiredException;
import io.github.dingtalkcamel.component.chunk.Chunk;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.component.text.Encodable;
import org.apache.camel.Exchange;

/**
 * {@code dingtalk:reply}: answers the message that the exchange came from, with the body in as many messages as it needs, one after the
 * other. By the session webhook of that message while it lives, else by the robot API. Where a redelivery of Camel's repeats it, what
 * DingTalk took before is not sent again.
 * <p>
 * For an exchange that can wait, a message that failed and can be repeated is repeated as the {@link CallRetry} says, by the channel that
 * is usable then. An exchange that is cancelled sends no further message and continues, without header {@code CamelDingTalkChannel}.
 */
record ReplyOperation(Api api, DingTalkConfiguration uri) implements Operation {

    private static final String SESSION_WEBHOOK = "sessionWebhook";
    private static final String ROBOT_API = "robotApi";

    @Override
    public CompletableFuture<?> perform(Exchange exchange) {
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        if (message == null) {
            throw new IllegalArgumentException("dingtalk:reply answers the message of exchange property " + InboundMessage.PROPERTY
                    + ", which dingtalk:messages sets, and there is none. To send without a message to answer, use dingtalk:send");
        }
        MessageOptions options = new MessageOptions(exchange, uri);
        exchange.getMessage().removeHeader(DingTalkConstants.CHANNEL);
        String text = exchange.getMessage().getBody(String.class);
        if (text == null || text.isBlank()) {
            return CompletableFuture.completedFuture(null);
        }
        SessionReply session = SessionReply.of(api, message, options);
        ReplyProgress progress = ReplyProgress.of(exchange, text);
        int most = uri.getMaxMessageLength() == null ? api.app().maxMessageLength() : uri.getMaxMessageLength();
        List<String> chunks = session.chunker(most).chunks(Encodable.of(text)).stream().map(Chunk::text).filter(chunk -> !chunk.isBlank())
                .toList();
        if (chunks.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<Mentions> mentions = session.others().among(chunks);
        return InTurn.whileTrue(() -> progress.sent() < chunks.size() && !api.isCancelled(exchange),
                () -> next(exchange, session, progress, chunks.get(progress.sent()),
                        progress.sent() < mentions.size() ? mentions.get(progress.sent()) : Mentions.NONE))
                .thenCompose(done -> {
                    progress.end(exchange);
                    if (progress.sent() < chunks.size()) {
                        return CompletableFuture.completedFuture(null);
                    }
                    exchange.getMessage().setHeader(DingTalkConstants.CHANNEL, progress.channel());
                    return progress.delivered().into(exchange);
                });
    }

    /** Tries a message, after a pause where it has failed before. Completes where another try may follow. */
    private CompletableFuture<?> next(Exchange exchange, SessionReply session, ReplyProgress progress, String chunk, Mentions named) {
        RetryableException before = progress.failure();
        if (before == null || !api.canWait(exchange)) {
            return send(exchange, session, progress, chunk, named);
        }
        return api.retry(exchange, progress.failedCall(), before, progress.failures()).thenCompose(again -> !again
                ? CompletableFuture.failedFuture(before)
                : api.isCancelled(exchange) ? CompletableFuture.completedFuture(null) : send(exchange, session, progress, chunk, named));
    }

    private CompletableFuture<?> send(Exchange exchange, SessionReply session, ReplyProgress progress, String chunk, Mentions named) {
        if (!session.isUsable()) {
            return byRobot(exchange, session, progress, chunk);
        }
        InboundMessage message = session.message();
        return session.send(exchange, chunk, progress.sent(), named).handle((answer, failure) -> {
            Throwable cause = Failures.causeOf(failure);
            if (failure == null) {
                progress.taken(SESSION_WEBHOOK, answer, null);
                return CompletableFuture.completedFuture(null);
            }
            if (cause instanceof SessionExpiredException) {
                api.component().expiredSessions().add(message.sessionWebhook());
                return byRobot(exchange, session, progress, chunk);
            }
            if (cause instanceof DingTalkException lost && lost.outcome() == DingTalkException.Outcome.UNKNOWN) {
                progress.inDoubt();
            }
            return failed(exchange, progress, cause, new ApiRequest(ApiRequest.SESSION_WEBHOOK, api.app().name(),
                    message.sessionWebhook(), Secret.UNSET, null));
        }).thenCompose(next -> next);
    }

    private CompletableFuture<?> byRobot(Exchange exchange, SessionReply session, ReplyProgress progress, String chunk) {
        if (progress.isInDoubt()) {
            // the robot API knows no msgUuid and might show it a second time
            return CompletableFuture.failedFuture(new OutcomeUnknownException("lost",
                    "The session webhook's answer was lost, then the session expired",
                    OutcomeUnknownException.ASK, null));
        }
        InboundMessage message = session.message();
        RobotMessageBody body = RobotMessageBody.markdown(chunk, session.options().title());
        boolean group = message.conversationType() == ConversationType.GROUP;
        String staffId = message.sender().staffId();
        if (!group && staffId == null) {
            return CompletableFuture.failedFuture(new RejectedException("noStaffId",
                    "The sender has no staff id, so only the session webhook could have reached them",
                    "Answer people outside the organisation while the session webhook lives; publish the app if this is a colleague",
                            null));
        }
        return (group ? SendOperation.toGroup(api.unrepeated(), exchange, message.conversationId(), body)
                : SendOperation.toPerson(api.unrepeated(), exchange, Set.of(staffId), body)).handle((answer, failure) -> {
                    Throwable why = failure != null ? Failures.causeOf(failure) : group ? null : SendOperation.refusal(answer, staffId);
                    if (why == null) {
                        progress.taken(ROBOT_API, answer, answer.path("processQueryKey").asText());
                        return CompletableFuture.completedFuture(null);
                    }
                    return failed(exchange, progress, why, DingTalkClient.request(api.app(), "POST",
                            group ? SendOperation.TO_GROUP : SendOperation.TO_PEOPLE, null));
                }).thenCompose(next -> next);
    }

    /** Completes where the message may be tried again, or is not wanted any more. */
    private CompletableFuture<?> failed(Exchange exchange, ReplyProgress progress, Throwable cause, ApiRequest call) {
        if (cause instanceof CallCancelledException) {
            return CompletableFuture.completedFuture(null);
        }
        if (cause instanceof RetryableException again) {
            progress.failed(call, again);
            if (progress.failures() > 0) {
                exchange.setProperty(CallRetry.TRIES, progress.failures());
            }
            if (api.canWait(exchange)) {
                return CompletableFuture.completedFuture(null);
            }
        }
        return CompletableFuture.failedFuture(cause);
    }
}
