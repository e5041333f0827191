package io.github.dingtalkcamel.engine;

import org.apache.camel.CamelContext;
import org.apache.camel.Channel;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.impl.engine.CamelInternalProcessor;
import org.apache.camel.processor.DefaultInternalProcessorFactory;
import org.apache.camel.spi.InternalProcessor;

/** Makes what Camel puts around steps and routes. */
final class StepProcessors extends DefaultInternalProcessorFactory {

    @Override
    public InternalProcessor addUnitOfWorkProcessorAdvice(CamelContext context, Processor processor, Route route) {
        RouteProcessor around = new RouteProcessor(context, processor);
        around.addAdvice(new CamelInternalProcessor.UnitOfWorkProcessorAdvice(route, context));
        return around;
    }

    @Override
    public Channel createChannel(CamelContext context) {
        return new StepChannel(context);
    }
}
