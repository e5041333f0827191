package io.github.dingtalkcamel.reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.component.chunk.Asker;
import io.github.dingtalkcamel.component.chunk.MarkdownTitle;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.outbound.DingTalk;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;

/** Replies by the URL that came with the message (docs/protocol.md 6.1): no token, no quota, mentions; but it expires. */
public final class SessionWebhook {

    private static final Duration MARGIN = Duration.ofSeconds(60);

    /** Exchange property: number of the chunk whose call by session webhook was lost before an answer. */
    private static final String LOST = "CamelDingTalkLostChunk";

    private final DingTalk dingTalk;
    private final InstantSource clock;

    public SessionWebhook(DingTalk dingTalk, InstantSource clock) {
        this.dingTalk = dingTalk;
        this.clock = clock;
    }

    /** True while it has more than 60 s to live, is a session webhook of DingTalk's, and DingTalk has not said that it expired. */
    public boolean isUsable(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message, @Variable("sessionExpired") Boolean expired) {
        Instant end = message.sessionWebhookExpiresAt();
        return !Boolean.TRUE.equals(expired) && message.sessionWebhook() != null && end != null && clock.instant().plus(MARGIN).isBefore(end)
               && dingTalk.isSessionWebhook(message.sessionWebhook());
    }

    /** Notes a call that was lost before its answer: DingTalk may have taken it. Sent again by session webhook, it is shown once all the same. */
    public void noteLossAndThrow(Exchange exchange, @ExchangeProperty(Reply.PROPERTY) Reply reply) throws UnavailableException {
        UnavailableException failure = Failure.of(exchange, UnavailableException.class);
        if (failure.code().equals(UnavailableException.CONNECTION_LOST)) {
            exchange.setProperty(LOST, reply.sent());
        }
        throw failure;
    }

    /** Nothing, unless the next chunk may have been taken already: the robot API, which knows no {@code msgUuid}, might show it a second time. */
    public void notInDoubt(@ExchangeProperty(Reply.PROPERTY) Reply reply, @ExchangeProperty(LOST) Integer lost) throws OutcomeUnknownException {
        if (lost != null && lost == reply.sent()) {
            throw new OutcomeUnknownException("lost", "The session webhook's answer was lost, then the session expired", OutcomeUnknownException.ASK, null);
        }
    }

    /** The call that sends the next chunk. The same chunk always has the same {@code msgUuid}, so that DingTalk shows it once. */
    public ApiRequest request(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message, @ExchangeProperty(Reply.PROPERTY) Reply reply) {
        Optional<String> asker = reply.sent() == 0 ? Asker.of(message) : Optional.empty();
        Mentions mentions = asker.map(reply.nextMentions()::withFirst).orElse(reply.nextMentions());
        // the asker at the beginning in any case, others only where the chunk does not name them
        String words = (asker.map(id -> "@" + id + " ").orElse("")
                + reply.nextMentions().missingIn(asker.map(id -> "@" + id + " ").orElse("") + reply.next())).stripTrailing();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("msgtype", "markdown");
        body.put("markdown", Map.of("title", MarkdownTitle.of(reply.next()), "text", words.isEmpty() ? reply.next() : words + "\n\n" + reply.next()));
        if (!mentions.isEmpty()) {
            body.put("at", mentions.at());
        }
        body.put("msgUuid", uuid(message, reply));
        return new ApiRequest(ApiRequest.SESSION_WEBHOOK, message.integration(), message.sessionWebhook(), Secret.UNSET, body);
    }

    private static String uuid(InboundMessage message, Reply reply) {
        String what = message.integration() + '\n' + message.msgId() + '\n' + reply.kind() + '\n' + reply.sent();
        return UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
