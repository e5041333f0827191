package io.github.dingtalkcamel.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.apache.camel.Exchange;
import org.apache.camel.impl.engine.CamelInternalProcessor;
import org.apache.camel.spi.CamelInternalProcessorAdvice;
import org.apache.camel.support.OrderedComparator;

/** What Camel does before and after a step or a route: counters, unit of work, policies. Changed only while a route is built. */
final class Advices {

    private static final Object[] NO_STATES = {};

    private final List<CamelInternalProcessorAdvice<?>> sorted = new ArrayList<>();
    private CamelInternalProcessorAdvice<?>[] all = {};
    private int stateful;
    private CamelInternalProcessorAdvice<?> streamCaching;

    void add(CamelInternalProcessorAdvice<?> advice) {
        sorted.add(advice);
        sorted.sort(OrderedComparator.get());
        changed();
    }

    void remove(CamelInternalProcessorAdvice<?> advice) {
        sorted.remove(advice);
        changed();
    }

    private void changed() {
        all = sorted.toArray(CamelInternalProcessorAdvice<?>[]::new);
        streamCaching = sorted.stream().filter(CamelInternalProcessor.StreamCachingAdvice.class::isInstance).findFirst().orElse(null);
        stateful = (int) sorted.stream().filter(CamelInternalProcessorAdvice::hasState).count();
    }

    /** A debugger can make Camel skip a step. */
    boolean canSkip() {
        return sorted.stream().anyMatch(each -> each instanceof CamelInternalProcessor.DebuggerAdvice
                || each instanceof CamelInternalProcessor.BacklogDebuggerAdvice);
    }

    /** What {@link #after} needs. */
    Object[] before(Exchange exchange) throws Exception {
        Object[] states = stateful == 0 ? NO_STATES : new Object[stateful];
        int next = 0;
        for (CamelInternalProcessorAdvice<?> advice : all) {
            if (advice == streamCaching && isNoStream(exchange.getIn().getBody())) {
                continue;
            }
            Object state = advice.before(exchange);
            if (advice.hasState()) {
                states[next++] = state;
            }
        }
        return states;
    }

    /** Camel would look for a converter that makes one of it. */
    private static boolean isNoStream(Object body) {
        return body == null || body instanceof String || body instanceof Map<?, ?>;
    }

    /** All of them, in reverse order, even where one fails. */
    @SuppressWarnings({ "unchecked", "rawtypes" })
    void after(Exchange exchange, Object[] states) {
        int next = states.length;
        for (int i = all.length - 1; i >= 0; i--) {
            CamelInternalProcessorAdvice advice = all[i];
            try {
                advice.after(exchange, advice.hasState() ? states[--next] : null);
            } catch (Exception e) {
                exchange.setException(e);
            }
        }
    }
}
