package io.github.dingtalkcamel.reply;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.WebhookAddresses;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** Tells senders whose message found no room in the queue. By the session webhook: the robot API has a quota. */
public final class BusyNotice {

    private static final Duration MARGIN = Duration.ofSeconds(60);

    private final Notices notices;
    private final WebhookAddresses addresses;
    private final InstantSource clock;

    /** @param addresses tells DingTalk's session webhooks from other addresses */
    public BusyNotice(Notices notices, WebhookAddresses addresses, InstantSource clock) {
        this.notices = notices;
        this.addresses = addresses;
        this.clock = clock;
    }

    /** Whether the sender can be notified: the message has a session webhook of DingTalk's with more than a minute to live. */
    public boolean canBeSent(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        Instant end = message.sessionWebhookExpiresAt();
        return message.sessionWebhook() != null && end != null && clock.instant().plus(MARGIN).isBefore(end)
               && addresses.isSessionWebhook(message.sessionWebhook());
    }

    /** The conversation, as {@link BusyConversations} knows it. */
    public String conversationKey(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return message.integration() + '/' + message.conversationId();
    }

    /** Makes the notice the exchange's message. */
    public void writeNotice(Exchange exchange, @ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        exchange.setMessage(ChunkMessage.of(exchange.getContext(), message, "busy", 0, notices.busy(message), Mentions.NONE));
    }
}
