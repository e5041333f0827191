package io.github.dingtalkcamel.reply;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.chunk.Asker;
import io.github.dingtalkcamel.component.chunk.Chunk;
import io.github.dingtalkcamel.component.chunk.Chunker;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.text.Encodable;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.EarlyStarts;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.ReplyFile;
import io.github.dingtalkcamel.turn.SentChunk;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cuts replies into chunks and keeps count of those that were sent, durably where there are several or where they have to wait. */
public final class Replies {

    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    /** Exchange property: until when the reply may wait for DingTalk. */
    private static final String DEADLINE = "CamelDingTalkReplyDeadline";
    static final int NOT_STORED = -1;
    /** Files go by the robot API: a session webhook takes none. */
    private static final String FILES_CHANNEL = "robotApi";

    private final Settings settings;
    private final Inbox inbox;
    private final KeyedQueue queue;
    private final EarlyStarts starts;
    private final QuotableMessages quotable;
    private final RetryPolicy policy;
    private final InstantSource clock;

    public Replies(Settings settings, Inbox inbox, KeyedQueue queue, EarlyStarts starts, QuotableMessages quotable, RetryPolicy policy,
            InstantSource clock) {
        this.settings = settings;
        this.inbox = inbox;
        this.queue = queue;
        this.starts = starts;
        this.quotable = quotable;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * The reply to send becomes property {@value Reply#PROPERTY}: the rest of one that a card has begun or a crash
     * interrupted, else the body in chunks: a {@link Notice}, or text. A blank body is no reply. Answers to commands are notices. Its calls
     * don't wait at first, but don't overtake those that do, and are not made once the turn is stopped.
     */
    public void plan(Exchange exchange) throws StoreException {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        exchange.setProperty(DEADLINE, policy.until(turn.message()));
        exchange.setProperty(CallLimiter.WAIT_UNTIL, clock.instant());
        exchange.setProperty(CallLimiter.CANCELLED, (BooleanSupplier) turn::isStopped);
        Reply begun = exchange.getProperty(Reply.PROPERTY, Reply.class);
        if (begun != null && begun.sent() > 0) {
            // its card shows the beginning
            tellWhatIsLeft(turn, begun);
            return;
        }
        Reply reply = turn.isReplying() ? rest(turn) : whole(exchange, turn);
        if (!turn.isReplying() && (reply.chunks().size() > 1 || !reply.files().isEmpty())) {
            store(reply, turn);
        }
        exchange.setProperty(Reply.PROPERTY, reply);
        tellWhatIsLeft(turn, reply);
    }

    /** The turn ends soon where what is sent next is the last of its reply. */
    static void tellWhatIsLeft(Turn turn, Reply reply) {
        turn.ends(reply.parts() - reply.sent() <= 1);
    }

    private static Reply rest(Turn turn) {
        Turn.Progress progress = turn.progress();
        return new Reply(progress.chunks(), progress.sent(), progress.sent(), kind(turn.isForBot()), progress.mentions(), progress.files());
    }

    private Reply whole(Exchange exchange, Turn turn) {
        Object body = exchange.getMessage().getBody();
        Mentions set = exchange.getProperty(Mentions.PROPERTY, Mentions.class);
        boolean isNotice = turn.isForBot() || body instanceof Notice;
        String text = body instanceof Notice notice ? notice.text() : exchange.getMessage().getBody(String.class);
        Mentions mentions = set == null || isNotice ? Mentions.NONE : set;
        List<String> chunks = chunker(turn.message(), mentions).chunks(Encodable.of(text)).stream().map(Chunk::text)
                .filter(chunk -> !chunk.isBlank()).toList();
        List<ReplyFile> files = isNotice ? List.of() : ReplyFile.of(exchange);
        return new Reply(chunks, 0, NOT_STORED, kind(isNotice), mentions.among(chunks), files);
    }

    private static String kind(boolean isNotice) {
        return isNotice ? Reply.NOTICE : Reply.ANSWER;
    }

    private void store(Reply reply, Turn turn) throws StoreException {
        inbox.replying(turn.lease().key(), turn.id(), reply.chunks(), reply.mentions(), reply.files());
        reply.stored(0);
    }

    /** The chunks that are left to send, in order, each a message for {@code dingtalk:reply}. */
    public List<Message> unsent(@ExchangeProperty(Reply.PROPERTY) Reply reply, @ExchangeProperty(Turn.PROPERTY) Turn turn,
            Exchange exchange) {
        return IntStream.range(reply.sent(), reply.chunks().size())
                .mapToObj(number -> ChunkMessage.of(exchange.getContext(), turn.message(),
                reply.kind(), number, reply.chunks().get(number), reply.mentions(number))).toList();
    }

    /** Whether files go with the reply. */
    public boolean hasFiles(@ExchangeProperty(Reply.PROPERTY) Reply reply) {
        return !reply.files().isEmpty();
    }

    /** The files that are left to send, in order. */
    public List<PendingFile> unsentFiles(@ExchangeProperty(Reply.PROPERTY) Reply reply) {
        int chunks = reply.chunks().size();
        return IntStream.range(Math.max(reply.sent(), chunks), reply.parts())
                .mapToObj(number -> new PendingFile(number, reply.files().get(number - chunks))).toList();
    }

    /** False once the turn was stopped: nothing more of it is sent. */
    public boolean isWanted(@ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return !turn.isStopped();
    }

    /**
     * Records the chunk that DingTalk took; for a reply that is stored, durably. Nothing where it was not sent, since the turn was stopped
     * while it waited. The body is DingTalk's answer: its id of the chunk is remembered for quotes.
     */
    public void recordChunk(Exchange exchange) throws StoreException {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        Reply reply = exchange.getProperty(Reply.PROPERTY, Reply.class);
        int chunk = exchange.getMessage().getHeader(ChunkMessage.NUMBER, Integer.class);
        String channel = exchange.getMessage().getHeader(DingTalkConstants.CHANNEL, String.class);
        if (channel == null || reply.isStored(chunk)) {
            return;
        }
        exchange.removeProperty(CallRetry.TRIES);
        reply.sent(chunk);
        if (exchange.getMessage().getBody() instanceof Map<?, ?> map) {
            quotable.sent(turn.message().integration(), map, reply.chunks().get(chunk));
        }
        record(chunk, channel, reply, turn);
    }

    /** Records that a file was sent, or that the conversation got the reason why it was not. Nothing where the turn was stopped before. */
    public void recordFile(Exchange exchange) throws StoreException {
        PendingFile file = exchange.getProperty(PendingFile.PROPERTY, PendingFile.class);
        Reply reply = exchange.getProperty(Reply.PROPERTY, Reply.class);
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        exchange.removeProperty(CallRetry.TRIES);
        reply.sent(file.number());
        record(file.number(), FILES_CHANNEL, reply, turn);
    }

    private void record(int part, String channel, Reply reply, Turn turn) throws StoreException {
        tellWhatIsLeft(turn, reply);
        SentChunk sent = inbox.sentNow(part + 1, reply.parts(), channel);
        if (reply.isStored()) {
            inbox.replied(turn.lease().key(), turn.id(), sent);
            reply.stored(part + 1);
        } else {
            reply.last(sent);
        }
    }

    /**
     * Ends the reply: the chunk of a reply that is not stored is left to be recorded in the same commit as the turn's end. Later calls of
     * the exchange neither wait nor are cancelled as those of the reply.
     */
    public void end(Exchange exchange, @ExchangeProperty(Reply.PROPERTY) Reply reply) {
        exchange.setProperty(SentChunk.PROPERTY, reply.last());
        exchange.removeProperty(CallLimiter.WAIT_UNTIL);
        exchange.removeProperty(CallLimiter.CANCELLED);
        exchange.removeProperty(DEADLINE);
    }

    /**
     * The reply has to wait, from now on for as long as it may: it is stored, so that a restart meanwhile does not ask the agent again, and
     * its turn gives its running place to another conversation.
     */
    public void setAside(@ExchangeProperty(Reply.PROPERTY) Reply reply, @ExchangeProperty(Turn.PROPERTY) Turn turn,
            @ExchangeProperty(DEADLINE) Instant deadline, Exchange exchange) {
        starts.waitBehind(turn);
        exchange.setProperty(CallLimiter.WAIT_UNTIL, deadline);
        queue.yield(turn, 2L * reply.chunks().stream().mapToLong(String::length).sum()
                + reply.files().stream().mapToLong(ReplyFile::bytes).sum());
        // a notice says what was so at that moment: after a restart the agent is asked again
        if (!reply.isStored() && !reply.isNotice()) {
            try {
                store(reply, turn);
            } catch (StoreException e) {
                LOG.debug("Turn {} waits for DingTalk with its reply in memory only: {}", turn.reference(), e.getMessage());
            }
        }
    }

    /** Leaves room for the mentions that a chunk may begin with. */
    private Chunker chunker(InboundMessage message, Mentions mentions) {
        int most = settings.integration(message.integration()).map(Integration::maxMessageLength).orElseThrow();
        return Chunker.withRoomFor(Asker.of(message).map(mentions::withFirst).orElse(mentions), most);
    }
}
