package io.github.dingtalkcamel.reply;

import java.time.InstantSource;
import java.util.List;

import io.github.dingtalkcamel.card.CardEnd;
import io.github.dingtalkcamel.card.StreamingCard;
import io.github.dingtalkcamel.card.StreamingCards;
import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.dingtalkcamel.component.chunk.Chunk;
import io.github.dingtalkcamel.component.chunk.Chunker;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.text.Encodable;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.tool.SentMessages;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.ReplyFile;
import io.github.dingtalkcamel.turn.SentChunk;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * Ends the card of a reply: with the reply, or as much of it as a card holds; with the notice of a failure; or, where nothing is to be
 * said, with a few words. What the card does not hold follows as chunks. Where the card can't take it, all goes out as chunks.
 * <p>
 * Promises: a reply is stored before the call that ends its card, so that after a crash the next start ends the card with it.
 */
public final class CardReplies {

    /** Channel of the chunk that a card shows. */
    static final String CHANNEL = "card";

    private static final String END = "CamelDingTalkCardEnd";
    private static final String BODY = "CamelDingTalkCardBody";
    private static final String GAP = "\n\n";

    private final StreamingCards cards;
    private final Settings settings;
    private final Store store;
    private final Inbox inbox;
    private final SentMessages sentMessages;
    private final BotTexts texts;
    private final InstantSource clock;

    CardReplies(StreamingCards cards, Settings settings, Store store, Inbox inbox, SentMessages sentMessages, BotTexts texts,
            InstantSource clock) {
        this.cards = cards;
        this.settings = settings;
        this.store = store;
        this.inbox = inbox;
        this.sentMessages = sentMessages;
        this.texts = texts;
        this.clock = clock;
    }

    /** Whether nothing more is to be said: the turn was stopped, or the agent gave no reply. */
    public boolean isWithoutReply(@Body Object body, @ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return turn.isStopped() || !turn.isReplying() && text(body).isBlank();
    }

    /** The card of such a turn says so. It is ended beside the turn. */
    public void endWithoutReply(Exchange exchange) throws StoreException {
        Turn turn = turn(exchange);
        StreamingCard card = card(exchange);
        cards.end(card, new CardEnd(turn.isStopped() ? under(card.textSoFar(), stopped(turn)) : nothingSaid(exchange, turn), false));
    }

    private String nothingSaid(Exchange exchange, Turn turn) {
        return texts.text(turn.message(), ReplyFile.of(exchange).isEmpty() ? "card-no-reply" : "card-files");
    }

    private String stopped(Turn turn) {
        String by = turn.cancellation().stoppedBy();
        return by == null ? texts.text(turn.message(), "card-stopped") : texts.text(turn.message(), "card-stopped-by", by);
    }

    /**
     * The reply that the card takes becomes property {@value Reply#PROPERTY}: the rest of one that a crash interrupted, else the body,
     * stored where it is an agent's.
     */
    public void plan(Exchange exchange) throws StoreException {
        exchange.setProperty(BODY, exchange.getMessage().getBody());
        Turn turn = turn(exchange);
        Reply reply = planned(exchange, turn, exchange.getMessage().getBody());
        exchange.setProperty(Reply.PROPERTY, reply);
        Replies.tellWhatIsLeft(turn, reply);
    }

    private static StreamingCard card(Exchange exchange) {
        return exchange.getProperty(ReplyDraft.PROPERTY, StreamingCard.class);
    }

    private static Turn turn(Exchange exchange) {
        return exchange.getProperty(Turn.PROPERTY, Turn.class);
    }

    private Reply planned(Exchange exchange, Turn turn, Object body) throws StoreException {
        if (turn.isReplying()) {
            Turn.Progress progress = turn.progress();
            exchange.setProperty(END, end(turn.message(), progress.chunks()));
            return new Reply(progress.chunks(), progress.sent(), progress.sent(), Reply.ANSWER, progress.mentions(), progress.files());
        }
        if (body instanceof Notice notice) {
            exchange.setProperty(END, new CardEnd(under(card(exchange).textSoFar(), notice.text()), true));
            return new Reply(List.of(notice.text()), 0, Replies.NOT_STORED, Reply.NOTICE, List.of());
        }
        List<String> chunks = chunks(turn.message(), Encodable.of(text(body)));
        Mentions mentions = exchange.getProperty(Mentions.PROPERTY, Mentions.NONE, Mentions.class);
        Reply reply = new Reply(chunks, 0, 0, Reply.ANSWER, mentions.among(chunks), ReplyFile.of(exchange));
        inbox.replying(turn.lease().key(), turn.id(), reply.chunks(), reply.mentions(), reply.files());
        exchange.setProperty(END, end(turn.message(), chunks));
        return reply;
    }

    private static String text(Object body) {
        return body instanceof Notice notice ? notice.text() : body == null ? "" : body.toString();
    }

    /** The first chunk is what the card holds. */
    private List<String> chunks(InboundMessage message, String reply) {
        if (reply.length() <= StreamingCard.MOST_CHARACTERS) {
            return List.of(reply);
        }
        int most = settings.integration(message.integration()).map(Integration::maxMessageLength).orElseThrow();
        int room = StreamingCard.MOST_CHARACTERS - GAP.length() - texts.text(message, "card-continued").length();
        return new Chunker(most).chunks(reply, Math.max(Chunker.MIN_CHARACTERS, room)).stream().map(Chunk::text)
                .filter(chunk -> !chunk.isBlank()).toList();
    }

    private CardEnd end(InboundMessage message, List<String> chunks) {
        return new CardEnd(chunks.size() == 1 ? chunks.get(0) : chunks.get(0).stripTrailing() + GAP + texts.text(message, "card-continued"),
                false);
    }

    /** A text of the bot's own under as much of the reply as had formed. */
    private static String under(String draft, String said) {
        if (draft.isBlank()) {
            return said;
        }
        int room = StreamingCard.MOST_CHARACTERS - 100 - said.length();
        String head = draft.length() <= room ? draft : new Chunker(Math.max(Chunker.MIN_CHARACTERS, room)).chunks(draft).get(0).text();
        return Chunker.closed(head.stripTrailing()) + GAP + said;
    }

    /** Makes the call that ends the card the exchange's message. It is tried again for 20 s. */
    public void writeEnd(Exchange exchange, @ExchangeProperty(ReplyDraft.PROPERTY) StreamingCard card, @ExchangeProperty(END) CardEnd end) {
        exchange.setProperty(CallLimiter.WAIT_UNTIL, card.patience());
        card.writeEnd(exchange.getMessage(), end);
    }

    /** DingTalk has accepted the end: that is recorded durably, so that no later start sends it again. */
    public void recordEnd(Exchange exchange) throws StoreException {
        Turn turn = turn(exchange);
        StreamingCard card = card(exchange);
        CardEnd end = exchange.getProperty(END, CardEnd.class);
        Reply reply = exchange.getProperty(Reply.PROPERTY, Reply.class);
        SentChunk sent = new SentChunk(1, reply.chunks().size(), CHANNEL, card.outTrackId(), clock.millis());
        Store.Work<Integer> shown = cards.nowShown(card, end);
        Store.Work<Integer> known = sentMessages.nowShownInCard(turn.message(), card.outTrackId(), card.carrier(), reply.chunks().get(0),
                card.contentKey(), end.text());
        Store.Work<Integer> progress = reply.isNotice() ? connection -> 0 : inbox.nowReplied(turn.id(), sent);
        store.writeAndWait(turn.lease().key(), connection -> shown.run(connection) + known.run(connection) + progress.run(connection));
        reply.sent(0);
        if (reply.isNotice()) {
            reply.last(sent);
        } else {
            reply.stored(1);
        }
        exchange.removeProperty(CallRetry.TRIES);
        cards.shown(card, end);
    }

    /** The card can't take the reply: it says that it follows as a message, and the body is the reply again. */
    public void giveUp(Exchange exchange) throws StoreException, StoppingException {
        Turn turn = turn(exchange);
        StreamingCard card = card(exchange);
        StoppingException stopping = Failure.of(exchange, StoppingException.class);
        if (stopping != null) {
            // the next start ends the card
            throw stopping;
        }
        Exception failure = Failure.of(exchange, Exception.class);
        if (exchange.getProperties().containsKey(END)) {
            exchange.getMessage().removeHeaders("*");
            exchange.getMessage().setBody(exchange.removeProperty(BODY));
            exchange.removeProperty(END);
            exchange.removeProperty(Reply.PROPERTY);
        }
        cards.notShown(card, failure);
        cards.end(card, new CardEnd(turn.isStopped() ? under(card.textSoFar(), stopped(turn)) : texts.text(turn.message(), "card-follows"),
                false));
    }
}
