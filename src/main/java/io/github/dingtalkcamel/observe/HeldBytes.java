package io.github.dingtalkcamel.observe;

import java.util.function.DoubleSupplier;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.support.CamelContextHelper;

/**
 * Gauges of what each part of the application holds in memory, and may hold: {@code dingtalk_held_bytes} and {@code
 * dingtalk_held_bytes_limit}.
 */
public final class HeldBytes {

    private final MeterRegistry meters;

    /** @param context whose meters these are added to, where it has any */
    public HeldBytes(CamelContext context) {
        meters = CamelContextHelper.findSingleByType(context, MeterRegistry.class);
    }

    /**
     * Adds both gauges of one part.
     *
     * @param kind  the part's name
     * @param bytes what it holds, by its own estimate
     * @param limit what it may hold
     */
    public HeldBytes show(String kind, DoubleSupplier bytes, DoubleSupplier limit) {
        if (meters != null) {
            gauge("dingtalk.held.bytes", "Bytes held in memory, by estimate", kind, bytes);
            gauge("dingtalk.held.bytes.limit", "Bytes that may be held in memory", kind, limit);
        }
        return this;
    }

    private void gauge(String name, String description, String kind, DoubleSupplier value) {
        // a weak reference would be NaN once the supplier is collected
        Gauge.builder(name, value, DoubleSupplier::getAsDouble).tags("kind", kind).description(description).strongReference(true)
                .register(meters);
    }
}
