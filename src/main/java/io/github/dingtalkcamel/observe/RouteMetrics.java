package io.github.dingtalkcamel.observe;

import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.engine.RouteStack;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicy;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyFactory;
import org.apache.camel.component.micrometer.routepolicy.MicrometerRoutePolicyNamingStrategy;
import org.apache.camel.spi.ManagementAgent;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.ExchangeHelper;

/**
 * The same meters of routes and of the context as Camel's own policy registers, for a fraction of the cost: Camel's formats three texts for
 * each route that a message passes, and three for the context.
 */
final class RouteMetrics extends MicrometerRoutePolicyFactory {

    private static final MicrometerRoutePolicyNamingStrategy NAMES = MicrometerRoutePolicyNamingStrategy.DEFAULT;
    private static final String PREFIX = "CamelDingTalkMetrics-";

    private Meters ofContext;

    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        Policy policy = new Policy(context);
        policy.setMeterRegistry(getMeterRegistry());
        return policy;
    }

    private synchronized Meters ofContext(MeterRegistry registry, CamelContext context) {
        if (ofContext == null) {
            ofContext = new Meters(registry, null, PREFIX, NAMES.getTags(context), NAMES.getExchangeStatusTags(context), "CamelContext");
        }
        return ofContext;
    }

    /** Of one route. */
    private final class Policy extends MicrometerRoutePolicy {

        private final CamelContext context;
        private boolean kamelets;
        private boolean templates = true;
        private Meters whole;
        private Meters own;

        Policy(CamelContext context) {
            this.context = context;
        }

        @Override
        public void onInit(Route route) {
            super.onInit(route);
            ManagementAgent agent = context.getManagementStrategy() == null ? null : context.getManagementStrategy().getManagementAgent();
            if (agent != null) {
                kamelets = agent.getRegisterRoutesCreateByKamelet();
                templates = agent.getRegisterRoutesCreateByTemplate();
            }
            whole = ofContext(getMeterRegistry(), context);
        }

        @Override
        public void onStart(Route route) {
            if (own == null && (kamelets || !route.isCreatedByKamelet()) && (templates || !route.isCreatedByRouteTemplate())) {
                own = new Meters(getMeterRegistry(), route, PREFIX + route.getRouteId(), NAMES.getTags(route),
                        NAMES.getExchangeStatusTags(route), "Route");
            }
        }

        @Override
        public void onRemove(Route route) {
            if (own != null) {
                own.remove();
                own = null;
            }
        }

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            if (isTimed(exchange)) {
                return;
            }
            Meters its = own;
            if (isFirstRoute(exchange)) {
                whole.begin(exchange);
            }
            if (its != null) {
                its.begin(exchange);
            }
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            Meters its = own;
            Long began = isTimed(exchange) ? (Long) ((RouteStack) exchange.getUnitOfWork()).begun() : null;
            if (isFirstRoute(exchange)) {
                whole.done(exchange, began);
            }
            if (its != null) {
                its.done(exchange, began);
            }
        }

        /** The time of a route's begin is known, unless it is a kamelet's: that and the route that calls it count as one exchange. */
        private boolean isTimed(Exchange exchange) {
            return exchange.getUnitOfWork() instanceof RouteStack stack
                    && stack.routeStackLevel() == stack.routeStackLevel(templates, kamelets);
        }

        /** An exchange that passes several routes counts once for the context. */
        private boolean isFirstRoute(Exchange exchange) {
            UnitOfWork work = exchange.getUnitOfWork();
            return work == null || work.routeStackLevel(templates, kamelets) <= 1;
        }
    }

    /** The meters of a route, or of the context. */
    private static final class Meters {

        private final MeterRegistry registry;
        private final Route route;
        private final String begun;
        private final Tags tags;
        private final String what;
        private final Counter total;
        private final Counter succeeded;
        private final Counter failed;
        private final Counter failuresHandled;
        private final Counter redeliveries;
        private volatile Timer timer;

        Meters(MeterRegistry registry, Route route, String begun, Tags tags, Tags statusTags, String what) {
            this.registry = registry;
            this.route = route;
            this.begun = begun;
            this.tags = tags;
            this.what = what;
            this.total = counter(NAMES.getExchangesTotalName(route), statusTags, "Total number of processed exchanges");
            this.succeeded = counter(NAMES.getExchangesSucceededName(route), statusTags, "Number of successfully completed exchanges");
            this.failed = counter(NAMES.getExchangesFailedName(route), statusTags, "Number of failed exchanges");
            this.failuresHandled = counter(NAMES.getFailuresHandledName(route), statusTags, "Number of failures handled");
            this.redeliveries = counter(NAMES.getExternalRedeliveriesName(route), statusTags,
                    "Number of external initiated redeliveries (such as from JMS broker)");
        }

        private Counter counter(String name, Tags statusTags, String description) {
            return Counter.builder(name).tags(statusTags).description(description).register(registry);
        }

        void begin(Exchange exchange) {
            exchange.setProperty(begun, System.nanoTime());
        }

        /** @param known when the exchange came; null where {@link #begin} noted it */
        void done(Exchange exchange, Long known) {
            if ((known != null ? known : exchange.removeProperty(begun)) instanceof Long began) {
                timer().record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
            }
            total.increment();
            if (exchange.isFailed()) {
                failed.increment();
                return;
            }
            succeeded.increment();
            if (ExchangeHelper.isFailureHandled(exchange)) {
                failuresHandled.increment();
            }
            if (exchange.isExternalRedelivered()) {
                redeliveries.increment();
            }
        }

        /** Not shown for a route that was never used. */
        private Timer timer() {
            if (timer == null) {
                timer = Timer.builder(NAMES.getName(route)).tags(tags).description(what + " performance metrics").register(registry);
            }
            return timer;
        }

        void remove() {
            registry.remove(total);
            registry.remove(succeeded);
            registry.remove(failed);
            registry.remove(failuresHandled);
            registry.remove(redeliveries);
            if (timer != null) {
                registry.remove(timer);
            }
        }
    }
}
