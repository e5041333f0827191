package io.github.dingtalkcamel.card;

import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.turn.Messages;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cards of the replies that form now, and those that an earlier process or a turn has left without an end.
 * <p>
 * Promises: a card is on record before it is made. It is brought to its end, by its turn, or else within some seconds after that or after
 * the next start; for as long as DingTalk can't be reached, or refuses, up to a day.
 */
public final class StreamingCards extends ServiceSupport {

    private static final Logger LOG = LoggerFactory.getLogger(StreamingCards.class);

    private static final long SWEEP_MILLIS = 1_000;
    private static final int SWEPT = 100;
    private static final String STOPPED = "stopped";

    private final CamelContext context;
    private final Settings settings;
    private final BotTexts texts;
    private final InstantSource clock;
    private final OpenCards record;
    private final CardCalls calls;
    private final Messages messages;
    /** Cards that this process is to end, by outTrackId. */
    private final Map<String, StreamingCard> live = new ConcurrentHashMap<>();
    /** Why cards could not be created, by integration: logged once until one can. */
    private final Map<String, String> logged = new ConcurrentHashMap<>();
    private final boolean hasStoreAlone;
    private ScheduledExecutorService sweeps;
    private boolean disowned;
    private volatile boolean closed;

    /** @param hasStoreAlone whether no other process works on the store */
    StreamingCards(CamelContext context, Settings settings, BotTexts texts, OpenCards record, CardCalls calls, Messages messages,
            InstantSource clock, boolean hasStoreAlone) {
        this.messages = messages;
        this.context = context;
        this.settings = settings;
        this.texts = texts;
        this.record = record;
        this.calls = calls;
        this.clock = clock;
        this.hasStoreAlone = hasStoreAlone;
    }

    /** Whether the reply to a message is shown in a card: so set, and DingTalk has an address for its card. */
    public boolean isOn(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return settings.integration(message.integration())
                .filter(integration -> integration.hasApp() && integration.streaming().usesCards()).isPresent()
               && (message.conversationType() == ConversationType.GROUP || message.sender().staffId() != null);
    }

    /** The card of a reply that has not begun. It is made when the agent says something. */
    public StreamingCard begin(Exchange exchange, @ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return card(exchange, UUID.randomUUID().toString(), turn);
    }

    /** The card that has shown a reply since before a restart, and waits for its end, becomes the draft. */
    public void resume(Exchange exchange) throws StoreException {
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        if (turn.progress().sent() == 0) {
            record.waitingForReply(turn.id()).ifPresent(begun -> {
                StreamingCard card = card(exchange, begun.outTrackId(), turn);
                live.put(card.outTrackId(), card);
                card.reopen(begun.carrier());
                exchange.setProperty(ReplyDraft.PROPERTY, card);
            });
        }
    }

    private StreamingCard card(Exchange exchange, String outTrackId, Turn turn) {
        Integration integration = settings.integration(turn.message().integration()).orElseThrow();
        StreamingCard card = new StreamingCard(outTrackId, integration, turn, clock, this::changed);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange ended) {
                turnEnded(card);
            }

            @Override
            public boolean allowHandover() {
                // the turn ends with its own exchange, not with a copy that some route sends elsewhere
                return false;
            }
        });
        return card;
    }

    /** What its turn has not ended, the record will. */
    private void turnEnded(StreamingCard card) {
        card.endDraft().thenRun(() -> {
            if (card.exists() && !card.hasEnd()) {
                card.leave();
                changed(card);
            }
        });
    }

    private void changed(StreamingCard card) {
        switch (card.state()) {
            case RECORDING -> putOnRecord(card);
            case GONE -> {
                live.remove(card.outTrackId());
                if (card.isRecorded()) {
                    record.remove(card.outTrackId());
                }
            }
            case LEFT -> live.remove(card.outTrackId());
            default -> { }
        }
        calls.schedule(card);
    }

    private void putOnRecord(StreamingCard card) {
        if (!card.takeRecording()) {
            return;
        }
        live.put(card.outTrackId(), card);
        record.add(card.outTrackId(), card.turn().id()).whenComplete((rows, failure) -> {
            if (failure != null) {
                LOG.debug("The reply of turn {} is not shown in a card, which could not be put on record: {}", card.turn().reference(),
                        failure.getMessage());
            }
            card.recorded(failure == null && rows == 1);
        });
    }

    /** Decides how a card ends, where that is not with the reply. It is so for all later processes, too. */
    public void end(StreamingCard card, CardEnd end) throws StoreException {
        if (card.exists()) {
            record.ending(card.outTrackId(), end);
            card.endWith(end, false);
        }
    }

    /** The card shows the reply, as part of a transaction; afterwards {@link #shown}. */
    public Store.Work<Integer> nowShown(StreamingCard card, CardEnd end) {
        return record.nowShown(card.outTrackId(), end.failed());
    }

    /** The card shows the reply. */
    public void shown(StreamingCard card, CardEnd end) {
        logged.remove(card.integration());
        card.endWith(end, true);
    }

    /** The card can't take the reply, which goes out as a message instead. */
    public void notShown(StreamingCard card, Exception failure) {
        if (failure != null) {
            card.notEnded(failure);
        }
        DingTalkException refusal = card.refusal();
        if (refusal != null && !refusal.code().equals(logged.put(card.integration(), refusal.code()))) {
            LOG.warn("Integration {}: a reply can't be shown in a card and goes out as a message: {}. {}", card.integration(),
                    refusal.getMessage(), CardRefusal.remedy(refusal, card.settings().streaming().cardContentKey()));
        }
    }

    /** The message whose reply the card with this id shows while it forms, on whichever node; null for none. */
    public InboundMessage answeredIn(String outTrackId) throws StoreException {
        StreamingCard card = live.get(outTrackId);
        if (card != null || hasStoreAlone) {
            return card == null ? null : card.message();
        }
        return record.answeredIn(outTrackId).map(this::restored).orElse(null);
    }

    private InboundMessage restored(OpenCards.Answered answered) {
        try {
            return messages.restore(answered.integration(), answered.payload());
        } catch (BadMessageException e) {
            // the node that answers it has the same message
            return null;
        }
    }

    /** Brings cards to their end that no turn will end. */
    void sweep() {
        try {
            if (closed) {
                return;
            }
            if (!disowned) {
                if (hasStoreAlone) {
                    record.disown();
                }
                disowned = true;
            }
            for (OpenCards.Unfinished card : record.due(SWEPT)) {
                if (!live.containsKey(card.outTrackId())) {
                    finish(card);
                }
            }
        } catch (StoreException e) {
            LOG.debug("Cards without an end can't be looked up: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("Cards without an end are looked up again", e);
        }
    }

    private void finish(OpenCards.Unfinished unfinished) throws StoreException {
        Integration integration = settings.integration(unfinished.integration()).filter(Integration::hasApp).orElse(null);
        if (integration == null || record.isTooOld(unfinished)) {
            record.remove(unfinished.outTrackId());
            return;
        }
        if (!record.claim(unfinished)) {
            return;
        }
        StreamingCard card = new StreamingCard(unfinished.outTrackId(), integration, null, clock, this::changed);
        live.put(card.outTrackId(), card);
        boolean isDecided = unfinished.ending() != null || unfinished.isShown();
        String text = unfinished.ending() != null ? unfinished.ending() : texts.text(integration.id(), ending(unfinished.turn()));
        card.endWith(new CardEnd(text, isDecided ? unfinished.failed() : !STOPPED.equals(unfinished.turn())), unfinished.isShown());
    }

    /** What a card says whose turn did not bring it to its end. */
    private static String ending(String turn) {
        return STOPPED.equals(turn) ? "card-stopped" : turn == null || turn.equals("dead") ? "card-undelivered" : "card-interrupted";
    }

    /** Cards that are not at their end, in this process. */
    public int open() {
        return live.size();
    }

    /** Makes no more calls. Cards that are not at their end stay on record. */
    public void close() {
        closed = true;
        calls.close();
    }

    @Override
    protected void doStart() {
        sweeps = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "dingtalk-cards");
        sweeps.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS / 10, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() {
        context.getExecutorServiceManager().shutdownNow(sweeps);
    }
}
