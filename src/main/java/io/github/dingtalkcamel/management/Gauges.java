package io.github.dingtalkcamel.management;

import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turns.DeadLetters;
import io.github.dingtalkcamel.turns.KeyedQueue;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.support.CamelContextHelper;

/** The figures of {@code /observe/metrics} that Camel's own do not show. */
public final class Gauges {

    private final KeyedQueue queue;
    private final DeadLetters deadLetters;

    public Gauges(KeyedQueue queue, DeadLetters deadLetters) {
        this.queue = queue;
        this.deadLetters = deadLetters;
    }

    /** Adds them to the context's meters. */
    public void register(CamelContext context) {
        MeterRegistry meters = CamelContextHelper.findSingleByType(context, MeterRegistry.class);
        if (meters == null) {
            return;
        }
        Gauge.builder("dingtalk.turns.waiting", queue, KeyedQueue::size).description("Turns that wait").register(meters);
        Gauge.builder("dingtalk.turns.running", queue, KeyedQueue::running).description("Turns being answered").register(meters);
        Gauge.builder("dingtalk.dead.letters", this, Gauges::waitingDeadLetters).description("Dead letters that wait for a person").register(meters);
    }

    private double waitingDeadLetters() {
        try {
            return deadLetters.count();
        } catch (StoreException e) {
            return Double.NaN;
        }
    }
}
