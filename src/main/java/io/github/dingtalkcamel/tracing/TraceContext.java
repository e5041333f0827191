package io.github.dingtalkcamel.tracing;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * The trace that an exchange is part of, handed on where an exchange continues in another one. All of it does nothing where tracing is off,
 * and needs none of OpenTelemetry's classes.
 */
public final class TraceContext {

    /** Exchange property: the span that was begun last, as W3C's trace context writes it. Absent where tracing is off. */
    public static final String PROPERTY = "CamelDingTalkTraceparent";
    /** Header of HTTP and JMS that continues a trace in another process. */
    public static final String TRACEPARENT = "traceparent";
    /** What vendors add to it. */
    public static final String TRACESTATE = "tracestate";
    /** Values that a sender adds for all who follow. */
    public static final String BAGGAGE = "baggage";

    /** Where Camel's tracer keeps the spans of an exchange. */
    static final String ACTIVE_SPAN = "tracing.activeSpan";

    private static final int TRACE_FROM = 3;
    private static final int TRACE_TO = 35;

    private TraceContext() {
    }

    /** The span that was begun last, or null. */
    public static String traceparent(Exchange exchange) {
        return exchange.getProperty(PROPERTY, String.class);
    }

    /** The id of its trace, 32 hexadecimal digits; null where there is none. */
    static String traceId(Exchange exchange) {
        String traceparent = traceparent(exchange);
        return traceparent == null || traceparent.length() < TRACE_TO ? null : traceparent.substring(TRACE_FROM, TRACE_TO);
    }

    /** Spans of {@code to} become children of the span that {@code from} is in. */
    public static void continueIn(Exchange from, Exchange to) {
        Object spans = from.getProperty(ACTIVE_SPAN);
        if (spans != null) {
            to.setProperty(ACTIVE_SPAN, spans);
            to.setProperty(PROPERTY, from.getProperty(PROPERTY));
        }
    }

    /** The same for an exchange that gets the headers only, so that what it calls can continue the trace. */
    public static void copyHeaders(Message from, Message to) {
        Object traceparent = from.getHeader(TRACEPARENT);
        if (traceparent != null && from.getExchange().getProperty(ACTIVE_SPAN) != null) {
            to.setHeader(TRACEPARENT, traceparent);
            Object state = from.getHeader(TRACESTATE);
            if (state != null) {
                to.setHeader(TRACESTATE, state);
            }
        }
    }
}
