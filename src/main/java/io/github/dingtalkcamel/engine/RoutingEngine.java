package io.github.dingtalkcamel.engine;

import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.spi.BeanProcessorFactory;
import org.apache.camel.spi.InternalProcessorFactory;
import org.apache.camel.spi.UnitOfWorkFactory;

/** Puts the parts of this package into a context. */
public final class RoutingEngine {

    private RoutingEngine() {
    }

    /** Before the context is built. */
    public static void install(CamelContext context) {
        ExtendedCamelContext extension = context.getCamelContextExtension();
        extension.setReactiveExecutor(new StepExecutor());
        extension.setProcessorExchangeFactory(new SplitExchanges());
        extension.addContextPlugin(InternalProcessorFactory.class, new StepProcessors());
        extension.addContextPlugin(UnitOfWorkFactory.class, new RouteStack.Factory());
        extension.addContextPlugin(BeanProcessorFactory.class, new BeanSteps());
    }
}
