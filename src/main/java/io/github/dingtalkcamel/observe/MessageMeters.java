package io.github.dingtalkcamel.observe;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallObserver;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.http.HttpError;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.turn.Turn;
import io.github.dingtalkcamel.turn.Turns;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;

/**
 * Counts and times messages from the way in to the last chunk, calls to DingTalk, and commits of the store. Looks at the begin and the end
 * of a few routes, by their ids, so a replaced file of routes is counted as well.
 * <p>
 * Counts nothing until {@link #showIn}. Labels have few values: of what others can invent, the first so many have a name of their own.
 */
public final class MessageMeters implements RoutePolicyFactory, CallObserver {

    private static final String RECEIVED = "CamelDingTalkReceivedNanos";
    /** Property of a request by HTTP that is a message, or claims to be one. */
    private static final String CLIENT = "CamelDingTalkClient";
    /** Names of one label. */
    private static final int MOST_NAMES = 100;
    private static final Duration[] ACKNOWLEDGED = millis(5, 10, 25, 50, 100, 250, 500, 1_000, 1_500, 2_500, 5_000);
    private static final Duration[] ANSWERED = millis(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000);
    private static final Duration[] COMMITTED = millis(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000);

    private final WithheldMessages withheld = new WithheldMessages();
    private final CompositeMeterRegistry meters = new CompositeMeterRegistry();
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, Timer> timers = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> names = new ConcurrentHashMap<>();
    private final Timer acknowledged = timer("dingtalk.message.ack", "From a message that was proved and parsed until it was stored",
            ACKNOWLEDGED);
    private final Timer waited = timer("dingtalk.turn.wait", "From a message that came in until its turn began", ANSWERED);
    private final Timer whole = timer("dingtalk.turn", "From a message that came in until the last chunk of its reply was sent", ANSWERED);
    private final Timer commits = timer("dingtalk.store.commit", "A transaction of the store, its fsync included", COMMITTED);
    private final Map<String, RoutePolicy> policies = Map.of("inbound-message", new Inbound(), "inbound-stream-messages", new Stream(),
            "support-refuse", new Refused(), "turn", new Answered());

    private static Duration[] millis(long... millis) {
        return LongStream.of(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }

    private Timer timer(String name, String description, Duration[] buckets, String... tags) {
        return Timer.builder(name).description(description).serviceLevelObjectives(buckets).tags(tags).register(meters);
    }

    /** Whose messages DingTalk delivers without content. */
    WithheldMessages withheld() {
        return withheld;
    }

    /** Shows them among these from now on. */
    public void showIn(MeterRegistry registry) {
        meters.add(registry);
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext camelContext, String routeId, NamedNode route) {
        return policies.get(routeId);
    }

    private void count(String name, String description, String... tags) {
        counters.computeIfAbsent(name + String.join("\n", tags), key -> Counter.builder(name).description(description).tags(tags)
                .register(meters)).increment();
    }

    /** A value of a label that others may invent: {@code other} once there are many. */
    private String named(String label, String value) {
        Set<String> known = names.computeIfAbsent(label, key -> ConcurrentHashMap.newKeySet());
        if (known.contains(value) || known.size() < MOST_NAMES && known.add(value)) {
            return value;
        }
        return "other";
    }

    /** A dead letter was written. @param code why, as the letter says */
    public void deadLetter(String code) {
        count("dingtalk.dead.letters.added", "Dead letters by their code", "code", named("code", code));
    }

    /** A commit of the store. */
    public void committed(long nanos) {
        commits.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void called(ApiRequest call, Duration took, DingTalkException failure) {
        String api = named("api", call.name());
        String outcome = outcome(failure);
        timers.computeIfAbsent(api + "\n" + outcome, key -> Timer.builder("dingtalk.calls")
                .description("Calls to DingTalk by API and outcome: ok, throttled, rejected, unknown, unavailable")
                .tags("api", api, "outcome", outcome).register(meters)).record(took);
    }

    private static String outcome(DingTalkException failure) {
        return failure == null ? "ok" : failure instanceof ThrottledException ? "throttled" : failure instanceof RejectedException
                ? "rejected"
                : failure instanceof OutcomeUnknownException ? "unknown" : "unavailable";
    }

    private String reason(Exchange exchange) {
        return named("reason", Failure.of(exchange, Exception.class) instanceof HttpError error ? error.errorCode() : "internal");
    }

    private void refused(Exchange exchange, String way) {
        count("dingtalk.messages.refused", "Messages that were refused, by the way that they came and why", "way", way, "reason",
                reason(exchange));
    }

    /** A message that is proved and parsed. */
    private final class Inbound extends RoutePolicySupport {

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            exchange.setProperty(RECEIVED, System.nanoTime());
            InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
            Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
            if (message != null && delivery != null) {
                withheld.look(message);
                count("dingtalk.messages.received", "Messages that were proved and parsed", "integration", message.integration(), "way",
                        delivery.cameBy());
            }
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
            if (message == null || exchange.isFailed()) {
                return;
            }
            Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
            if (turn != null) {
                Exemplars.record(acknowledged, System.nanoTime() - exchange.getProperty(RECEIVED, Long.class), exchange);
                count("dingtalk.messages.accepted",
                        "Messages that were stored, by what answers them: an agent (turn), a command or a refusal",
                        "integration", message.integration(), "kind", turn.kind().code());
            } else {
                count("dingtalk.messages.dropped", "Messages that nothing answers: duplicates, and those that are not for the robot",
                        "integration", message.integration(), "reason",
                        exchange.getVariable("dropReason") == null ? "duplicate"
                                : WithheldMessages.isWithheld(message) ? "quotaExceeded" : "notForRobot");
            }
        }
    }

    /** A message by Stream that was not accepted: it is not acknowledged. */
    private final class Stream extends RoutePolicySupport {

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            if (exchange.isFailed()) {
                refused(exchange, "stream");
            }
        }
    }

    /** A request by HTTP that was refused. */
    private final class Refused extends RoutePolicySupport {

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            if (exchange.getProperty(CLIENT) != null) {
                refused(exchange, "webhook");
            } else {
                count("dingtalk.api.refused", "Calls of tools and admin that were refused, by why", "reason", reason(exchange));
            }
        }
    }

    /** A turn. */
    private final class Answered extends RoutePolicySupport {

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            record(waited, exchange);
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            record(whole, exchange);
            if (exchange.getProperty(Turns.FAILURE) != null) {
                deadLetter("agentFailed");
            }
            Long agent = exchange.getProperty(Turns.AGENT_MILLIS, Long.class);
            if (agent != null) {
                String name = named("agent", exchange.getProperty("CamelDingTalkAgent", "none", String.class));
                Timer timer = timers.computeIfAbsent("agent\n" + name,
                        key -> timer("dingtalk.agent", "How long agents took", ANSWERED, "agent", name));
                Exemplars.record(timer, TimeUnit.MILLISECONDS.toNanos(agent), exchange);
            }
        }

        /** Not of a turn that was resumed: another process received its message. */
        private void record(Timer timer, Exchange exchange) {
            Long received = exchange.getProperty(RECEIVED, Long.class);
            if (received != null) {
                Exemplars.record(timer, System.nanoTime() - received, exchange);
            }
        }
    }
}
