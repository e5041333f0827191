package io.github.dingtalkcamel.engine;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.impl.engine.CamelInternalProcessor;
import org.apache.camel.spi.CamelInternalProcessorAdvice;

/** Camel's processor around the steps of a route, or around those that a split or a multicast runs, with a {@link Passage}. */
final class RouteProcessor extends CamelInternalProcessor {

    private final CamelContext context;
    private final Advices advices = new Advices();
    private volatile Passage passage;

    RouteProcessor(CamelContext context, Processor steps) {
        super(context, steps);
        this.context = context;
    }

    @Override
    public void addAdvice(CamelInternalProcessorAdvice<?> advice) {
        super.addAdvice(advice);
        advices.add(advice);
    }

    @Override
    public void removeAdvice(CamelInternalProcessorAdvice<?> advice) {
        super.removeAdvice(advice);
        advices.remove(advice);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        passage = Passage.through(context, advices, getProcessor());
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Passage direct = passage;
        return direct == null || !direct.isFor(exchange) ? super.process(exchange, callback) : direct.process(exchange, callback);
    }
}
