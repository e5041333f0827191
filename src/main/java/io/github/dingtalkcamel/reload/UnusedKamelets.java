package io.github.dingtalkcamel.reload;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

import org.apache.camel.Endpoint;
import org.apache.camel.EndpointAware;
import org.apache.camel.Route;
import org.apache.camel.Service;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.component.kamelet.KameletProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kamelet instances that only routes use which are gone. Each use of a kamelet with other properties has an instance, a route of its own,
 * which Camel never removes: it is stopped and removed here.
 */
final class UnusedKamelets {

    private static final Logger LOG = LoggerFactory.getLogger(UnusedKamelets.class);

    private final LiveContext context;

    UnusedKamelets(LiveContext context) {
        this.context = context;
    }

    /**
     * Removes the instances that a route used and that no other one uses.
     *
     * @param gone     a route that is no longer in the context
     * @param draining routes that are no longer there either, and still work
     */
    void retire(Route gone, Collection<? extends Route> draining) {
        Set<KameletEndpoint> unused = kamelets(gone);
        if (unused.isEmpty()) {
            return;
        }
        context.getRoutes().forEach(route -> unused.removeAll(kamelets(route)));
        draining.forEach(route -> unused.removeAll(kamelets(route)));
        unused.forEach(kamelet -> remove(kamelet, draining));
    }

    private void remove(KameletEndpoint kamelet, Collection<? extends Route> draining) {
        Route instance = context.getRoute(kamelet.getRouteId());
        try {
            if (instance != null) {
                context.getRouteController().stopRoute(instance.getRouteId());
                context.removeRoute(instance.getRouteId());
            }
            context.removeEndpoint(kamelet);
            LOG.debug("Kamelet instance {} is removed: no route uses it any more", kamelet.getRouteId());
        } catch (Exception e) {
            LOG.warn("Kamelet instance {} could not be removed completely: {}", kamelet.getRouteId(), e.toString());
            return;
        }
        if (instance != null) {
            // a kamelet may use others, and has endpoints for its own ends
            retire(instance, draining);
        }
    }

    private Set<KameletEndpoint> kamelets(Route route) {
        Set<KameletEndpoint> kamelets = new HashSet<>();
        add(kamelets, route.getEndpoint());
        for (Service service : route.getServices()) {
            if (service instanceof EndpointAware aware) {
                add(kamelets, aware.getEndpoint());
            } else if (service instanceof KameletProcessor step) {
                add(kamelets, context.hasEndpoint("kamelet://" + step.getName()));
            }
        }
        return kamelets;
    }

    private static void add(Set<KameletEndpoint> kamelets, Endpoint endpoint) {
        if (endpoint instanceof KameletEndpoint kamelet) {
            kamelets.add(kamelet);
        }
    }
}
