package io.github.dingtalkcamel.engine;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.DisabledAware;
import org.apache.camel.Exchange;
import org.apache.camel.impl.engine.DefaultChannel;
import org.apache.camel.spi.CamelInternalProcessorAdvice;

/** Camel's channel around a step of a route, with a {@link Passage}. */
final class StepChannel extends DefaultChannel {

    private final CamelContext context;
    private final Advices advices = new Advices();
    private volatile Passage passage;
    private DisabledAware disabled;

    StepChannel(CamelContext context) {
        super(context);
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
        disabled = getNextProcessor() instanceof DisabledAware aware ? aware : null;
        passage = Passage.through(context, advices, getOutput());
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Passage direct = passage;
        return direct == null || !direct.isFor(exchange) || disabled != null && disabled.isDisabled()
                ? super.process(exchange, callback) : direct.process(exchange, callback);
    }
}
