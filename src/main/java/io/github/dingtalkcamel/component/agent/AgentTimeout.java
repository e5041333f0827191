package io.github.dingtalkcamel.component.agent;

import java.net.URISyntaxException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.util.TimeUtils;
import org.apache.camel.util.URISupport;

/**
 * How long an agent may take for a whole answer, as property {@code timeout} of its kamelet says. Camel's component {@code kamelet:} has an
 * option {@code timeout} too and keeps what a route says there, so the kamelet gets its default: the URI of the endpoint is read instead,
 * at the first call.
 */
public final class AgentTimeout {

    private final String kamelet;
    private long millis;
    private volatile Long ofEndpoint;

    /** @param kamelet its name, for errors */
    public AgentTimeout(String kamelet, long seconds) {
        this.kamelet = kamelet;
        this.millis = TimeUnit.SECONDS.toMillis(seconds);
    }

    /** @throws IllegalArgumentException where it is no time of more than 0 */
    public void set(String text) {
        millis = positive(text);
    }

    /** In milliseconds. */
    public long millis(Exchange exchange) throws URISyntaxException {
        Long known = ofEndpoint;
        if (known == null) {
            known = read(exchange);
            ofEndpoint = known;
        }
        return known;
    }

    private long read(Exchange exchange) throws URISyntaxException {
        Route route = exchange.getUnitOfWork() == null ? null : exchange.getUnitOfWork().getRoute();
        for (Endpoint endpoint : exchange.getContext().getEndpoints()) {
            String uri = endpoint.getEndpointUri();
            if (route != null && uri.startsWith("kamelet:") && Instances.isOf(endpoint, route)) {
                Object own = URISupport.parseQuery(URISupport.extractQuery(uri)).get("timeout");
                return own == null ? millis : positive(own.toString());
            }
        }
        return millis;
    }

    private long positive(String timeout) {
        long given = TimeUtils.toMilliSeconds(timeout);
        if (given <= 0) {
            throw new IllegalArgumentException("Property timeout of " + kamelet + " must be more than 0, such as 60s");
        }
        return given;
    }

    /** By itself, since a host that calls the bean without a kamelet need not have that component. */
    private static final class Instances {

        private static final Pattern ENDS = Pattern.compile("^kamelet:(//)?(source|sink)\\b");

        static boolean isOf(Endpoint endpoint, Route route) {
            // kamelet:source and kamelet:sink are the instance's own ends
            return endpoint instanceof KameletEndpoint instance && route.getRouteId().equals(instance.getRouteId())
                    && !ENDS.matcher(endpoint.getEndpointUri()).find();
        }
    }
}
