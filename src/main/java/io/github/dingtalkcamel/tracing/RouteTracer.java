package io.github.dingtalkcamel.tracing;

import java.util.Set;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.telemetry.Op;
import org.apache.camel.telemetry.decorators.AbstractSpanDecorator;

/**
 * Camel's tracer with what this application adds: a stored turn continues its trace, also after a restart; spans have the names of routes
 * and endpoints, and the turn's reference. The many calls between the packaged routes have no spans; those of users' routes do.
 */
final class RouteTracer extends OpenTelemetryTracer {

    private static final String PACKAGED = "classpath:";
    /** Timers that look for work begin no trace; what they find has one of its own. */
    private static final Set<String> NEVER = Set.of("timer", "controlbus", "log");
    /** Named by their whole URI, which has no secret but in its query. */
    private static final Set<String> BY_PATH = Set.of("agent", "dingtalk", "seda", "direct", "kamelet");

    @Override
    protected void beginEventSpan(Exchange exchange, Endpoint endpoint, Op op) throws Exception {
        Traced stored = exchange.getProperty(Traced.PROPERTY) instanceof Traced traced ? traced : null;
        if (stored != null && stored.traceparent() != null && exchange.getProperty(TraceContext.ACTIVE_SPAN) == null) {
            // read from the store: its span is the parent
            exchange.getIn().setHeader(TraceContext.TRACEPARENT, stored.traceparent());
        }
        super.beginEventSpan(exchange, endpoint, op);
        Span span = Span.current();
        String name = name(exchange, endpoint, op);
        if (name != null) {
            span.updateName(name);
        }
        if (stored != null) {
            span.setAttribute("dingtalk.turn", stored.reference());
        }
        exchange.setProperty(TraceContext.PROPERTY, traceparent(span.getSpanContext()));
    }

    private static String name(Exchange exchange, Endpoint endpoint, Op op) {
        if (op == Op.EVENT_RECEIVED) {
            return ExchangeHelper.getAtRouteId(exchange) == null ? exchange.getFromRouteId() : ExchangeHelper.getAtRouteId(exchange);
        }
        String scheme = scheme(endpoint.getEndpointUri());
        return BY_PATH.contains(scheme) ? scheme + ":" + AbstractSpanDecorator.stripSchemeAndOptions(endpoint) : null;
    }

    private static String traceparent(SpanContext context) {
        return "00-" + context.getTraceId() + "-" + context.getSpanId() + "-" + context.getTraceFlags().asHex();
    }

    private static String scheme(String uri) {
        return uri.substring(0, Math.max(0, uri.indexOf(':')));
    }

    @Override
    public boolean exclude(String uri, CamelContext context) {
        String scheme = uri == null ? "" : scheme(uri);
        return NEVER.contains(scheme) || scheme.equals("direct") && isPackaged(uri, context) || super.exclude(uri, context);
    }

    /** Whether a route of this program answers there, and not one of the routes directory. */
    private static boolean isPackaged(String uri, CamelContext context) {
        for (Route route : context.getRoutes()) {
            if (route.getEndpoint().getEndpointUri().equals(uri)) {
                return route.getSourceResource() != null && route.getSourceResource().getLocation().startsWith(PACKAGED);
            }
        }
        return false;
    }
}
