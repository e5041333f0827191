package io.github.dingtalkcamel.engine;

import java.util.Arrays;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.impl.engine.DefaultUnitOfWork;
import org.apache.camel.impl.engine.DefaultUnitOfWorkFactory;
import org.apache.camel.spi.InflightRepository;
import org.apache.camel.spi.Synchronization;
import org.apache.camel.spi.UnitOfWork;

/**
 * Camel's unit of work: which routes the exchange is in. It knows since when, and counts them instead of walking through them. It copies
 * and sorts the exchange's synchronizations at each route only where one of them listens to routes.
 * <p>
 * An exchange is in one thread at a time, as Camel's exchanges are.
 */
public final class RouteStack extends DefaultUnitOfWork {

    private boolean isAskedForRoutes;
    private long[] begun = new long[8];
    private int depth;
    private int templates;
    private int kamelets;

    private RouteStack(Exchange exchange, InflightRepository inflight, boolean allowUseOriginalMessage, boolean useBreadcrumb) {
        super(exchange, inflight, allowUseOriginalMessage, useBreadcrumb);
    }

    @Override
    public void addSynchronization(Synchronization synchronization) {
        isAskedForRoutes |= synchronization.getRouteSynchronization() != null;
        super.addSynchronization(synchronization);
    }

    @Override
    public void beforeRoute(Exchange exchange, Route route) {
        if (isAskedForRoutes) {
            super.beforeRoute(exchange, route);
        }
    }

    @Override
    public void afterRoute(Exchange exchange, Route route) {
        if (isAskedForRoutes) {
            super.afterRoute(exchange, route);
        }
    }

    @Override
    public void pushRoute(Route route) {
        if (depth == begun.length) {
            begun = Arrays.copyOf(begun, 2 * depth);
        }
        begun[depth++] = System.nanoTime();
        count(route, 1);
        super.pushRoute(route);
    }

    @Override
    public Route popRoute() {
        Route left = super.popRoute();
        if (left != null) {
            depth--;
            count(left, -1);
        }
        return left;
    }

    private void count(Route route, int more) {
        if (route.isCreatedByKamelet()) {
            kamelets += more;
        } else if (route.isCreatedByRouteTemplate()) {
            templates += more;
        }
    }

    @Override
    public int routeStackLevel() {
        return depth;
    }

    @Override
    public int routeStackLevel(boolean includeRouteTemplate, boolean includeKamelet) {
        return depth - (includeRouteTemplate ? 0 : templates) - (includeKamelet ? 0 : kamelets);
    }

    /** When the exchange came into the route that it is in, as {@link System#nanoTime} tells. */
    public long begun() {
        return begun[depth - 1];
    }

    @Override
    public void reset() {
        super.reset();
        depth = 0;
        templates = 0;
        kamelets = 0;
        isAskedForRoutes = false;
    }

    /** Makes them, unless the log's context is to be Camel's. */
    static final class Factory extends DefaultUnitOfWorkFactory {

        private InflightRepository inflight;
        private boolean usesLogContext;
        private boolean allowsUseOriginalMessage;
        private boolean usesBreadcrumb;

        @Override
        public UnitOfWork createUnitOfWork(Exchange exchange) {
            return usesLogContext ? super.createUnitOfWork(exchange)
                    : new RouteStack(exchange, inflight, allowsUseOriginalMessage, usesBreadcrumb);
        }

        @Override
        public void afterPropertiesConfigured(CamelContext context) {
            super.afterPropertiesConfigured(context);
            inflight = context.getInflightRepository();
            usesLogContext = Boolean.TRUE.equals(context.isUseMDCLogging());
            allowsUseOriginalMessage = Boolean.TRUE.equals(context.isAllowUseOriginalMessage());
            usesBreadcrumb = Boolean.TRUE.equals(context.isUseBreadcrumb());
        }
    }
}
