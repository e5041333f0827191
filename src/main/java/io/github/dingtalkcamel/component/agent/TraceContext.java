package io.github.dingtalkcamel.component.agent;

import java.util.List;
import java.util.Objects;

import org.apache.camel.Exchange;

/** The W3C trace context of an exchange, which is passed on to the service where it is there: as a header, or as an exchange property. */
final class TraceContext {

    private static final List<String> NAMES = List.of("traceparent", "tracestate");
    private static final int LONGEST = 512;

    private TraceContext() {
    }

    /** A header's name and value, fit for HTTP. */
    record Field(String name, String value) {
    }

    static List<Field> of(Exchange exchange) {
        return NAMES.stream().map(name -> field(name, exchange)).filter(Objects::nonNull).toList();
    }

    private static Field field(String name, Exchange exchange) {
        Object header = exchange.getMessage().getHeader(name);
        Object value = header == null ? exchange.getProperty(name) : header;
        return value instanceof String text && text.length() <= LONGEST && text.chars().allMatch(c -> c >= ' ' && c <= '~')
                ? new Field(name, text) : null;
    }
}
