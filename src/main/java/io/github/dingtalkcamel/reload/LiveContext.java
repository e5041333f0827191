package io.github.dingtalkcamel.reload;
import java.util.List;

import org.apache.camel.Service;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.RouteService;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.RouteFactory;

/** Camel's context, in which a route can be put in the place of one that still runs. */
public final class LiveContext extends DefaultCamelContext {

    /** Not built yet: camel-main does that. */
    public LiveContext() {
        super(false);
        getCamelContextExtension().addContextPlugin(RouteFactory.class, LiveRoute::new);
    }

    /** A route of this context that runs, or was stopped by somebody. */
    LiveRoute liveRoute(String id) {
        return (LiveRoute) getRoute(id);
    }

    /** Forgets a route, without stopping anything of it. */
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
            // no route of that id is known any more, so this only takes it out of the model
            getCamelContextExtension().getContextPlugin(Model.class).removeRouteDefinition(definition);
        }
    }

    /** Makes a route known whose services run already. */
    void attach(RouteDefinition definition, RouteService service) throws Exception {
        getRouteDefinitions().add(definition);
        startRouteService(service, true);
    }
}
