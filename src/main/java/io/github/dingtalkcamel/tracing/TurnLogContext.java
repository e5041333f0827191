package io.github.dingtalkcamel.tracing;

import java.util.function.Supplier;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.slf4j.MDC;

/**
 * The ids of turn and trace for lines that steps of routes log, as {@code turn} and {@code traceId} of SLF4J's MDC. Costs something at each
 * step, so it is registered only where the log shows them.
 * <p>
 * Not promised: ids in lines that a step logs on another thread, unless it does so by {@link #during}.
 */
public final class TurnLogContext implements InterceptStrategy {

    /** Reference of the turn. */
    static final String TURN = "turn";
    /** Id of the trace. */
    static final String TRACE = "traceId";

    @Override
    public Processor wrapProcessorInInterceptors(CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                return during(exchange, () -> super.process(exchange, callback));
            }
        };
    }

    /** Does something with the ids of an exchange in the log: for lines of a step that come on another thread. */
    public static <T> T during(Exchange exchange, Supplier<T> task) {
        String turn = MDC.get(TURN);
        String trace = MDC.get(TRACE);
        put(TURN, exchange.getProperty(Traced.PROPERTY) instanceof Traced traced ? traced.reference() : null);
        put(TRACE, TraceContext.traceId(exchange));
        try {
            return task.get();
        } finally {
            put(TURN, turn);
            put(TRACE, trace);
        }
    }

    private static void put(String key, String value) {
        if (value == null) {
            MDC.remove(key);
        } else {
            MDC.put(key, value);
        }
    }
}
