package io.github.dingtalkcamel.card;

import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.chunk.Asker;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.queue.SedaQueue;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultExchange;

/**
 * The queue behind {@code seda:reply-card-calls}: hands out the next call of each card when it is due, those that have waited longest
 * first, {@value #MOST_UNDER_WAY} at once. A call has the text that is newest when it is handed out, so cards that wait for DingTalk skip
 * texts and never lose the last one.
 */
public final class CardCalls extends SedaQueue {

    /** As many calls wait for DingTalk's permission at once: the call that ends a card waits behind these at most. */
    static final int MOST_UNDER_WAY = 8;
    private static final long IDLE_NANOS = 1_000_000_000;

    private final CamelContext context;
    private final InstantSource clock;
    private final OpenCards record;
    private final Map<StreamingCard, Due> due = new HashMap<>();
    private final TreeSet<Due> order = new TreeSet<>();
    private long offers;
    private int underWay;
    private boolean closed;

    CardCalls(CamelContext context, OpenCards record, InstantSource clock) {
        this.context = context;
        this.record = record;
        this.clock = clock;
    }

    private record Due(long at, long number, StreamingCard card) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int first = Long.compare(at, other.at);
            return first != 0 ? first : Long.compare(number, other.number);
        }
    }

    /** Notes when a card's next call is due. */
    void schedule(StreamingCard card) {
        lock.lock();
        try {
            long at = card.nextCallAt();
            Due before = due.get(card);
            if (before != null && before.at == at) {
                return;
            }
            if (before != null) {
                order.remove(before);
                due.remove(card);
            }
            if (at != Long.MAX_VALUE) {
                Due next = new Due(at, offers++, card);
                due.put(card, next);
                order.add(next);
                wake();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected Exchange handOut() {
        if (closed || underWay >= MOST_UNDER_WAY || order.isEmpty() || order.first().at > clock.millis()) {
            return null;
        }
        StreamingCard card = order.pollFirst().card();
        due.remove(card);
        underWay++;
        if (!order.isEmpty()) {
            wake();
        }
        return exchange(card.take());
    }

    private Exchange exchange(CardCall call) {
        Exchange exchange = new DefaultExchange(context, ExchangePattern.InOnly);
        exchange.setProperty(CardCall.PROPERTY, call);
        exchange.setProperty(CallLimiter.WAIT_UNTIL, call.card().patience());
        exchange.setProperty(CallLimiter.CANCELLED, (BooleanSupplier) () -> call.card().isOutdated(call));
        return exchange;
    }

    /** Makes the call the exchange's message. */
    public void write(Exchange exchange, @ExchangeProperty(CardCall.PROPERTY) CardCall call) {
        StreamingCard card = call.card();
        Message message = exchange.getMessage();
        message.setHeader(DingTalkConstants.OUT_TRACK_ID, card.outTrackId());
        switch (call.kind()) {
            case CREATE -> create(message, card);
            case SHOW -> stream(message, card, call.text());
            case END -> end(message, card, new CardEnd(call.text(), card.finalStatus().equals(StreamingCard.FAILED)));
            case REPLACE -> message.setBody(Map.of(card.settings().streaming().cardContentKey(), call.text(), "flowStatus",
                    card.finalStatus()));
            case STATUS -> message.setBody(Map.of("flowStatus", card.finalStatus()));
        }
    }

    private static void create(Message call, StreamingCard card) {
        InboundMessage asked = card.message();
        boolean isGroup = asked.conversationType() == ConversationType.GROUP;
        call.setHeader(DingTalkConstants.CARD_TEMPLATE_ID, card.settings().streaming().cardTemplateId().orElseThrow());
        call.setHeader(DingTalkConstants.RECIPIENT_TYPE, isGroup ? "chat_id" : "user_id");
        // a list: a text would be read as several ids where it holds a comma
        call.setHeader(DingTalkConstants.RECIPIENT_ID, List.of(isGroup ? asked.conversationId() : asked.sender().staffId()));
        Asker.of(asked).ifPresent(id -> call.setHeader(DingTalkConstants.AT_USER_IDS, Map.of(id, asked.sender().nick() == null ? id
                : asked.sender().nick())));
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put(card.settings().streaming().cardContentKey(), "");
        variables.put("flowStatus", StreamingCard.FORMING);
        call.setBody(variables);
    }

    private static void stream(Message call, StreamingCard card, String text) {
        call.setHeader(DingTalkConstants.STREAM_VARIABLE, card.settings().streaming().cardContentKey());
        call.setBody(text);
    }

    /** Makes the call that ends a card the exchange's message. */
    static void end(Message call, StreamingCard card, CardEnd end) {
        call.removeHeaders("*");
        call.setHeader(DingTalkConstants.OUT_TRACK_ID, card.outTrackId());
        call.setHeader(DingTalkConstants.STREAM_FINISHED, !end.failed());
        call.setHeader(DingTalkConstants.STREAM_FAILED, end.failed());
        stream(call, card, end.text());
    }

    /** DingTalk accepted the call. The body is its answer. */
    public void accepted(@ExchangeProperty(CardCall.PROPERTY) CardCall call, @Body Object answer) {
        if (call.kind() == CardCall.Kind.CREATE && answer instanceof Map<?, ?> made) {
            String carrier = carrier(made);
            if (carrier != null) {
                call.card().carrier(carrier);
                record.delivered(call.card().outTrackId(), carrier);
            }
        }
        over();
        call.card().accepted(call);
    }

    private static String carrier(Map<?, ?> answer) {
        return answer.get("result") instanceof Map<?, ?> result && result.get("deliverResults") instanceof List<?> places
                && !places.isEmpty()
               && places.get(0) instanceof Map<?, ?> place && place.get("carrierId") instanceof String key && !key.isBlank() ? key : null;
    }

    /** DingTalk refused the call, or the outcome is unknown. */
    public void refused(Exchange exchange, @ExchangeProperty(CardCall.PROPERTY) CardCall call) {
        over();
        call.card().refused(call, Failure.of(exchange, Exception.class));
    }

    private void over() {
        lock.lock();
        try {
            underWay--;
            wake();
        } finally {
            lock.unlock();
        }
    }

    /** Hands out nothing more. Cards that are not at their end stay on record. */
    public void close() {
        lock.lock();
        try {
            closed = true;
            wakeAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    protected long recheckNanos() {
        return closed || order.isEmpty() || underWay >= MOST_UNDER_WAY ? Long.MAX_VALUE
                : Math.max(1, order.first().at - clock.millis()) * 1_000_000;
    }

    @Override
    protected long pollNanos(long asked) {
        return closed ? asked : Math.max(asked, IDLE_NANOS);
    }

    @Override
    protected List<Exchange> waiting() {
        return List.of();
    }

    @Override
    protected Exchange next() {
        return null;
    }

    /** Cards with a call that is due, now or later. */
    @Override
    public int size() {
        return locked(() -> closed ? 0 : order.size());
    }

    @Override
    public int remainingCapacity() {
        return Integer.MAX_VALUE;
    }

    /** Always refused, as is {@link #drainTo}: calls are made by cards. */
    @Override
    public boolean offer(Exchange exchange) {
        throw new IllegalArgumentException("seda:reply-card-calls takes no exchanges: cards make their calls themselves");
    }

    @Override
    public int drainTo(Collection<? super Exchange> to, int most) {
        throw new UnsupportedOperationException("Cards that are not at their end can't be purged from memory");
    }
}
