package io.github.dingtalkcamel.reply;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.inbound.InboundMessage;
import io.github.dingtalkcamel.outbound.ApiRequest;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turns.Inbox;
import io.github.dingtalkcamel.turns.SentChunk;
import io.github.dingtalkcamel.turns.Turn;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;

/** Cuts replies into chunks and keeps count of those that went out, durably where there are several. */
public final class Replies {

    private final Settings settings;
    private final Inbox inbox;
    private final Map<Integer, Chunker> chunkers = new HashMap<>();

    public Replies(Settings settings, Inbox inbox) {
        this.settings = settings;
        this.inbox = inbox;
    }

    /** The reply to send: the rest of one that a crash interrupted, else the body in chunks. A blank body is no reply. */
    public Reply plan(@Body String text, @Variable("notice") Boolean notice, @ExchangeProperty(Turn.PROPERTY) Turn turn) throws StoreException {
        if (turn.isReplying()) {
            return new Reply(turn.progress().chunks(), turn.progress().sent(), "answer");
        }
        InboundMessage message = turn.message();
        List<String> chunks = chunker(message).chunks(encodable(text)).stream().map(Chunk::text).filter(chunk -> !chunk.isBlank()).toList();
        Reply reply = new Reply(chunks, 0, Boolean.TRUE.equals(notice) ? "notice" : "answer");
        if (reply.isLong()) {
            inbox.replying(turn.id(), chunks);
        }
        return reply;
    }

    /** The reply after its next chunk was taken. */
    public Reply sent(Exchange exchange, @ExchangeProperty(Reply.PROPERTY) Reply reply, @ExchangeProperty(Turn.PROPERTY) Turn turn,
            @ExchangeProperty(ApiRequest.PROPERTY) ApiRequest request) throws StoreException {
        Reply advanced = reply.advanced();
        String channel = request.name().equals(ApiRequest.SESSION_WEBHOOK) ? "sessionWebhook" : "robotApi";
        SentChunk sent = inbox.sentNow(advanced.sent(), advanced.chunks().size(), channel);
        if (reply.isLong()) {
            inbox.replied(turn.id(), sent);
        } else {
            // noted with the turn's end, in the same commit
            exchange.setProperty(SentChunk.PROPERTY, sent);
        }
        return advanced;
    }

    /** Halves of surrogate pairs, which no encoding can carry, become question marks. */
    private static String encodable(String text) {
        return text == null ? null : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** Leaves room for the mention that a group's first chunk begins with. */
    private synchronized Chunker chunker(InboundMessage message) {
        int most = settings.integration(message.integration()).map(Integration::maxMessageLength).orElseThrow();
        int mention = Mention.of(message).map(String::length).orElse(0);
        return chunkers.computeIfAbsent(Math.max(100, most - mention), Chunker::new);
    }
}
