package io.github.dingtalkcamel.engine;

import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeExtension;
import org.apache.camel.Processor;
import org.apache.camel.processor.errorhandler.DefaultErrorHandler;
import org.apache.camel.processor.errorhandler.NoErrorHandler;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.EventHelper;
import org.apache.camel.support.ExchangeHelper;

/**
 * One exchange at a time through a step or a route, with what Camel does before and after. Does the same as Camel's own processors, but
 * calls what follows instead of scheduling it, and calls an error handler only where there is an error: Camel schedules four tasks a step.
 * <p>
 * The stack does not grow with the number of steps: the pipeline that calls the steps schedules each. It grows with how deeply they are
 * nested, as in any program.
 */
final class Passage {

    private final CamelContext context;
    private final ShutdownStrategy shutdown;
    private final Advices advices;
    private final Processor whole;
    private final AsyncProcessor step;
    private final DefaultErrorHandler onFailure;
    private final boolean clearsExhausted;

    private Passage(CamelContext context, Advices advices, Processor whole, AsyncProcessor step, DefaultErrorHandler onFailure,
            boolean clearsExhausted) {
        this.context = context;
        this.shutdown = context.getShutdownStrategy();
        this.advices = advices;
        this.whole = whole;
        this.step = step;
        this.onFailure = onFailure;
        this.clearsExhausted = clearsExhausted;
    }

    /**
     * The passage through a processor, which may be an error handler around it.
     *
     * @return null where only Camel's own processor can do it: where it repeats steps, where a debugger runs, where tasks are pooled
     */
    static Passage through(CamelContext context, Advices advices, Processor whole) {
        if (whole == null || advices.canSkip() || context.getCamelContextExtension().getExchangeFactory().isPooled()) {
            return null;
        }
        if (whole instanceof NoErrorHandler none) {
            return new Passage(context, advices, whole, AsyncProcessorConverterHelper.convert(none.getOutput()), null, true);
        }
        if (whole.getClass() == DefaultErrorHandler.class) {
            DefaultErrorHandler handler = (DefaultErrorHandler) whole;
            return repeats(handler) ? null
                    : new Passage(context, advices, whole, AsyncProcessorConverterHelper.convert(handler.getOutput()), handler, false);
        }
        return new Passage(context, advices, whole, AsyncProcessorConverterHelper.convert(whole), null, false);
    }

    private static boolean repeats(DefaultErrorHandler handler) {
        try {
            return handler.determineIfRedeliveryIsEnabled();
        } catch (Exception e) {
            return true;
        }
    }

    /** False for an exchange that needs Camel's own processor. */
    boolean isFor(Exchange exchange) {
        return !exchange.isTransacted() && !exchange.isRouteStop() && !shutdown.isForceShutdown()
                && (onFailure == null || isSound(exchange) && !onFailure.isStoppingOrStopped());
    }

    /** Camel's error handler does not run the step otherwise. */
    private static boolean isSound(Exchange exchange) {
        ExchangeExtension extension = exchange.getExchangeExtension();
        return exchange.getException() == null && !extension.isRedeliveryExhausted() && !exchange.isRollbackOnly()
                && !extension.isInterrupted() && !ExchangeHelper.isErrorHandlerBridge(exchange);
    }

    boolean process(Exchange exchange, AsyncCallback callback) {
        Run run;
        try {
            run = new Run(exchange, callback, advices.before(exchange));
        } catch (Exception e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        UnitOfWork work = exchange.getUnitOfWork();
        AsyncCallback then = work != null && work.isBeforeAfterProcess() ? work.beforeProcess(whole, exchange, run) : run;
        boolean sync = call(exchange, run, then) && !run.failed;
        if (!sync && context.getCamelContextExtension().isEventNotificationApplicable()) {
            EventHelper.notifyExchangeAsyncProcessingStartedEvent(context, exchange);
        }
        return sync;
    }

    private boolean call(Exchange exchange, Run run, AsyncCallback then) {
        if (onFailure == null) {
            return step.process(exchange, then);
        }
        try {
            return step.process(exchange, then);
        } catch (Exception e) {
            // as Camel's error handler does: a step that fails sets the exception itself
            exchange.setException(e);
            run.end();
            return true;
        }
    }

    /** One exchange on its way. */
    private final class Run implements AsyncCallback {

        private final Exchange exchange;
        private final AsyncCallback callback;
        private final Object[] states;
        /** The error handler has it. */
        private boolean failed;

        Run(Exchange exchange, AsyncCallback callback, Object[] states) {
            this.exchange = exchange;
            this.callback = callback;
            this.states = states;
        }

        @Override
        public void done(boolean doneSync) {
            if (clearsExhausted) {
                exchange.getExchangeExtension().setRedeliveryExhausted(false);
            } else if (onFailure != null && !failed && !isDone()) {
                failed = true;
                onFailure.process(exchange, this);
                return;
            }
            end();
        }

        /** As Camel's error handler decides it. */
        private boolean isDone() {
            ExchangeExtension extension = exchange.getExchangeExtension();
            if (extension.isInterrupted()) {
                exchange.setRouteStop(true);
                return true;
            }
            return exchange.getException() == null || extension.isRedeliveryExhausted() || ExchangeHelper.isFailureHandled(exchange);
        }

        void end() {
            advices.after(exchange, states);
            callback.done(false);
        }
    }
}
