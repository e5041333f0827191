package io.github.dingtalkcamel.reload;

import java.util.List;

import io.github.dingtalkcamel.engine.RoutingEngine;
import org.apache.camel.Service;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.RouteService;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.RouteFactory;

/** A Camel context in which a route can be replaced while its old version still runs. */
public final class LiveContext extends DefaultCamelContext {

    /** A context that is not built yet: Camel Main does that. */
    public LiveContext() {
        super(false);
        getCamelContextExtension().addContextPlugin(RouteFactory.class, LiveRoute::new);
        RoutingEngine.install(this);
    }

    /** The route with this id, running or stopped; null if there is none. */
    LiveRoute liveRoute(String id) {
        return (LiveRoute) getRoute(id);
    }

    /** Removes a route from the context without stopping its services. */
    void detach(LiveRoute route) throws Exception {
        getLock().lock();
        try {
            for (LifecycleStrategy strategy : getLifecycleStrategies()) {
                for (Service service : route.getServices()) {
                    strategy.onServiceRemove(this, service, route, true);
                }
                strategy.onRoutesRemove(List.of(route));
            }
            getRouteServices().remove(route.getId());
            getCamelContextExtension().removeRoute(route);
            getCamelContextExtension().getRouteStartupOrder().removeIf(order -> order.getRoute() == route);
        } finally {
            getLock().unlock();
        }
        RouteDefinition definition = getRouteDefinition(route.getId());
        if (definition != null) {
            // the route is removed above, so this only removes it from the model
            getCamelContextExtension().getContextPlugin(Model.class).removeRouteDefinition(definition);
        }
    }

    /** Adds a route whose services run already. */
    void attach(RouteDefinition definition, RouteService service) throws Exception {
        getRouteDefinitions().add(definition);
        startRouteService(service, true);
    }
}
