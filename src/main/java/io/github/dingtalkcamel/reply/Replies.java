package io.github.dingtalkcamel.reply;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.chunk.Asker;
import io.github.dingtalkcamel.component.chunk.Chunk;
import io.github.dingtalkcamel.component.chunk.Chunker;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.SentChunk;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cuts replies into chunks and keeps count of those that went out, durably where there are several or where they have to wait. */
public final class Replies {

    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    /** Exchange property: how many chunks are sent according to the store; nothing while the reply is not stored. */
    private static final String STORED = "CamelDingTalkStoredChunks";

    private final Settings settings;
    private final Inbox inbox;
    private final KeyedQueue queue;
    private final QuotableMessages quotable;

    public Replies(Settings settings, Inbox inbox, KeyedQueue queue, QuotableMessages quotable) {
        this.settings = settings;
        this.inbox = inbox;
        this.queue = queue;
        this.quotable = quotable;
    }

    /** True while chunks are left to send and the turn was not stopped. */
    public boolean hasNext(@ExchangeProperty(Reply.PROPERTY) Reply reply, @ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return reply.isUnfinished() && !turn.isStopped();
    }

    /** The reply to send: the rest of one that a crash interrupted, else the body in chunks. A blank body is no reply. */
    public Reply plan(@Body String text, @Variable("notice") Boolean notice, @ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty(Mentions.PROPERTY) Mentions set,
            Exchange exchange) throws StoreException {
        if (turn.isReplying()) {
            exchange.setProperty(STORED, turn.progress().sent());
            return new Reply(turn.progress().chunks(), turn.progress().sent(), Reply.ANSWER, turn.progress().mentions());
        }
        Mentions mentions = set == null || Boolean.TRUE.equals(notice) ? Mentions.NONE : set;
        List<String> chunks = chunker(turn.message(), mentions).chunks(encodable(text)).stream().map(Chunk::text).filter(chunk -> !chunk.isBlank()).toList();
        Reply reply = new Reply(chunks, 0, Boolean.TRUE.equals(notice) ? "notice" : Reply.ANSWER, mentions.among(chunks));
        if (reply.isLong()) {
            inbox.replying(turn.id(), chunks, reply.mentions());
            exchange.setProperty(STORED, 0);
        }
        return reply;
    }

    /** The reply after its next chunk was taken. Nothing is stored yet, so nothing can fail. */
    public Reply advance(@ExchangeProperty(Reply.PROPERTY) Reply reply) {
        return reply.advanced();
    }

    /**
     * Records the chunk that was taken last; for a reply that is stored, durably. Nothing where none was taken since. The body is DingTalk's
     * answer: its id of the chunk is remembered for quotes.
     */
    public void sent(Exchange exchange, @Body Object answer, @ExchangeProperty(Reply.PROPERTY) Reply reply,
            @ExchangeProperty(Turn.PROPERTY) Turn turn,
            @ExchangeProperty(ApiRequest.PROPERTY) ApiRequest request, @ExchangeProperty(STORED) Integer stored) throws StoreException {
        if (reply.sent() == 0 || stored != null && stored == reply.sent()) {
            return;
        }
        if (answer instanceof JsonNode json) {
            quotable.sent(turn.message().integration(), json, reply.chunks().get(reply.sent() - 1));
        }
        String channel = request.name().equals(ApiRequest.SESSION_WEBHOOK) ? "sessionWebhook" : "robotApi";
        SentChunk sent = inbox.sentNow(reply.sent(), reply.chunks().size(), channel);
        if (stored != null) {
            inbox.replied(turn.id(), sent);
            exchange.setProperty(STORED, reply.sent());
        } else {
            // noted with the turn's end, in the same commit
            exchange.setProperty(SentChunk.PROPERTY, sent);
        }
    }

    /**
     * The reply has to wait: it is stored, so that a restart meanwhile does not ask the agent again, and its turn gives its running place to another
     * conversation.
     */
    public void setAside(@ExchangeProperty(Reply.PROPERTY) Reply reply, @ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty(STORED) Integer stored,
            Exchange exchange) {
        queue.yield(turn, 2L * reply.chunks().stream().mapToLong(String::length).sum());
        // a notice says what was so at that moment: after a restart the agent is asked again
        if (stored == null && reply.kind().equals(Reply.ANSWER)) {
            try {
                inbox.replying(turn.id(), reply.chunks(), reply.mentions());
                exchange.setProperty(STORED, 0);
            } catch (StoreException e) {
                LOG.debug("Turn {} waits for DingTalk with its reply in memory only: {}", turn.reference(), e.getMessage());
            }
        }
    }

    /** Halves of surrogate pairs, which no encoding can carry, become question marks. */
    private static String encodable(String text) {
        return text == null ? null : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** Leaves room for the mentions that a chunk may begin with. */
    private Chunker chunker(InboundMessage message, Mentions mentions) {
        int most = settings.integration(message.integration()).map(Integration::maxMessageLength).orElseThrow();
        return Chunker.withRoomFor(Asker.of(message).map(mentions::withFirst).orElse(mentions), most);
    }
}
