package io.github.dingtalkcamel.observe;

import java.util.Properties;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.tracing.TraceContext;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.common.SpanContext;
import org.apache.camel.Exchange;

/**
 * Exemplars of histograms: which trace a time in a bucket belongs to. Prometheus gets them in the OpenMetrics format.
 * <p>
 * A time is recorded where its exchange ends, and no span is current on that thread, so the exchange's own is named here.
 */
final class Exemplars implements SpanContext {

    private static final ThreadLocal<String> TRACEPARENT = new ThreadLocal<>();

    private static final int TRACE_FROM = 3;
    private static final int TRACE_TO = 35;
    private static final int SPAN_TO = 52;
    private static final int LENGTH = 55;

    private Exemplars() {
    }

    /** A registry of meters whose histograms take exemplars. */
    static MeterRegistry registry() {
        return new PrometheusMeterRegistry(new BucketsOnly(), new PrometheusRegistry(), Clock.SYSTEM, new Exemplars());
    }

    /** Prometheus before 2.43 takes no scrape in which another line than a bucket or a counter has one, as Micrometer writes them. */
    private static final class BucketsOnly implements PrometheusConfig {

        @Override
        public String get(String key) {
            return null;
        }

        @Override
        public Properties prometheusProperties() {
            Properties properties = PrometheusConfig.super.prometheusProperties();
            properties = properties == null ? new Properties() : properties;
            properties.setProperty("io.prometheus.exporter.exemplarsOnAllMetricTypes", "false");
            return properties;
        }
    }

    /** Records a time of an exchange, with its trace where it has one. */
    static void record(Timer timer, long nanos, Exchange exchange) {
        String traceparent = TraceContext.traceparent(exchange);
        if (traceparent == null || traceparent.length() < LENGTH) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
            return;
        }
        TRACEPARENT.set(traceparent);
        try {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        } finally {
            TRACEPARENT.remove();
        }
    }

    @Override
    public String getCurrentTraceId() {
        String traceparent = TRACEPARENT.get();
        return traceparent == null ? null : traceparent.substring(TRACE_FROM, TRACE_TO);
    }

    @Override
    public String getCurrentSpanId() {
        String traceparent = TRACEPARENT.get();
        return traceparent == null ? null : traceparent.substring(TRACE_TO + 1, SPAN_TO);
    }

    @Override
    public boolean isCurrentSpanSampled() {
        String traceparent = TRACEPARENT.get();
        return traceparent != null && (Character.digit(traceparent.charAt(LENGTH - 1), 16) & 1) == 1;
    }

    @Override
    public void markCurrentSpanAsExemplar() {
        // only tail sampling would need it
    }
}
