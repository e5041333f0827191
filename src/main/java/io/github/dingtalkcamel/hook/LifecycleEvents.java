package io.github.dingtalkcamel.hook;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.stream.StreamListener;
import io.github.dingtalkcamel.component.text.Truncation;
import io.github.dingtalkcamel.turn.Turn;
import io.github.dingtalkcamel.turn.Turns;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.support.DefaultExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the hooks what happens here (docs/hooks.md): events of our own beside DingTalk's, in the same shape, their types beginning with
 * {@code bot_}.
 * <p>
 * Promises: publishing never blocks and never fails. Without a running hook no event is created. Events that find no room are dropped and
 * counted.
 */
@ManagedResource(description = "Events of our own for the hooks")
public final class LifecycleEvents implements StreamListener {

    private static final Logger LOG = LoggerFactory.getLogger(LifecycleEvents.class);
    private static final long MINUTE = 60_000;
    private static final int SHOWN = 500;
    private static final int LONGEST_COMMAND = 32;

    private final CamelContext context;
    private final Hooks hooks;
    private final InstantSource clock;
    private final LongAdder published = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final AtomicLong dropsReported = new AtomicLong(Long.MIN_VALUE / 2);

    public LifecycleEvents(CamelContext context, Hooks hooks, InstantSource clock) {
        this.context = context;
        this.hooks = hooks;
        this.clock = clock;
    }

    /** A new message is stored and about to be queued. */
    public void publishAccepted(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        if (hooks.listen()) {
            publish("bot_accepted", message.integration(), of(message));
        }
    }

    /** An agent is about to be asked. */
    public void publishTurnStarted(@ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty("CamelDingTalkAgent") String agent,
            @ExchangeProperty("CamelDingTalkBoundBy") String boundBy) {
        if (hooks.listen()) {
            Map<String, Object> event = of(turn, agent);
            event.put("boundBy", boundBy);
            publish("bot_turn_started", turn.message().integration(), event);
        }
    }

    /** A turn ended: its reply was sent, or the notice that the agent failed. */
    public void publishTurnEnded(@ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty("CamelDingTalkAgent") String agent,
            @ExchangeProperty(Turns.AGENT_MILLIS) Long agentMillis, @ExchangeProperty(Turns.FAILURE) String failure,
            @ExchangeProperty(Turns.LEFT) Boolean left) {
        if (hooks.listen() && !Boolean.TRUE.equals(left)) {
            Map<String, Object> event = of(turn, agent);
            event.put("agentMs", agentMillis);
            if (turn.isStopped()) {
                event.put("state", "stopped");
                publish("bot_turn_finished", turn.message().integration(), event);
            } else if (failure == null) {
                publish("bot_turn_finished", turn.message().integration(), event);
            } else {
                event.put("state", "failed");
                event.put("error", failure.length() <= SHOWN ? failure : failure.substring(0, SHOWN));
                publish("bot_turn_failed", turn.message().integration(), event);
            }
        }
    }

    /** A turn became a dead letter. */
    public void publishTurnDead(@ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty("CamelDingTalkAgent") String agent,
            @ExchangeProperty(Turns.LEFT) Boolean left) {
        if (hooks.listen() && !Boolean.TRUE.equals(left)) {
            Map<String, Object> event = of(turn, agent);
            event.put("state", "dead");
            publish("bot_turn_failed", turn.message().integration(), event);
        }
    }

    /** A user sent a chat command. */
    public void publishCommand(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        if (hooks.listen()) {
            Map<String, Object> event = of(message);
            String word = message.text().split("\\s", 2)[0].toLowerCase(Locale.ROOT);
            event.put("command", Truncation.of(word, LONGEST_COMMAND));
            publish("bot_command", message.integration(), event);
        }
    }

    /** A conversation was bound to an agent, or its binding taken back: then the agent is null. */
    public void bindingChanged(String integration, String conversationId, String agent, String by) {
        if (hooks.listen()) {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("conversationId", conversationId);
            event.put("agent", agent);
            event.put("by", by);
            publish("bot_binding_changed", integration, event);
        }
    }

    @Override
    public void up(String integration, int connection) {
        if (hooks.listen()) {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("connection", connection);
            publish("bot_stream_up", integration, event);
        }
    }

    @Override
    public void down(String integration, int connection, String reason) {
        if (hooks.listen()) {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("connection", connection);
            event.put("reason", reason);
            publish("bot_stream_down", integration, event);
        }
    }

    private static Map<String, Object> of(Turn turn, String agent) {
        Map<String, Object> event = of(turn.message());
        event.put("turn", turn.reference());
        event.put("agent", agent);
        return event;
    }

    /** Ids only: what people write stays out. */
    private static Map<String, Object> of(InboundMessage message) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("msgId", message.msgId());
        event.put("conversationId", message.conversationId());
        event.put("conversationType", message.conversationType().publicName());
        event.put("senderId", message.sender().staffId());
        event.put("messageType", message.type());
        return event;
    }

    private void publish(String type, String integration, Map<String, Object> event) {
        try {
            String id = UUID.randomUUID().toString();
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("eventType", type);
            body.put("eventId", id);
            body.put("integrationId", integration);
            body.put("at", Instant.ofEpochMilli(clock.millis()).toString());
            body.putAll(event);
            Exchange exchange = new DefaultExchange(context, ExchangePattern.InOnly);
            exchange.getMessage().setHeader("CamelDingTalkIntegration", integration);
            exchange.getMessage().setHeader("CamelDingTalkEventType", type);
            exchange.getMessage().setHeader("CamelDingTalkEventId", id);
            exchange.getMessage().setBody(body);
            if (hooks.queue().offerOwn(exchange)) {
                published.increment();
            } else {
                drop(type);
            }
        } catch (RuntimeException e) {
            LOG.warn("An event {} could not be published", type, e);
        }
    }

    private void drop(String type) {
        dropped.increment();
        long reported = dropsReported.get();
        long now = clock.millis();
        if (now - reported >= MINUTE && dropsReported.compareAndSet(reported, now)) {
            LOG.warn("The hooks {} are too slow: event {} is dropped, as {} before it", hooks.names(), type, dropped.sum() - 1);
        }
    }

    @ManagedAttribute(description = "Events that were handed to the hooks' queue")
    public long getPublished() {
        return published.sum();
    }

    @ManagedAttribute(description = "Events that found no room")
    public long getDropped() {
        return dropped.sum();
    }

    @ManagedAttribute(description = "Events that wait for the hooks, DingTalk's too")
    public int getWaiting() {
        return hooks.queue().size();
    }

    /** Bytes that these hold, by estimate. */
    public long bytes() {
        return hooks.queue().bytes();
    }

    /** Bytes that they may hold. */
    public long maxBytes() {
        return hooks.queue().maxBytes();
    }

    @ManagedAttribute(description = "Routes that listen to events")
    public String[] getHooks() {
        return hooks.names().toArray(String[]::new);
    }
}
