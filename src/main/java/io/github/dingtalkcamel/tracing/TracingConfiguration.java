package io.github.dingtalkcamel.tracing;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.settings.StartException;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tracing, where OpenTelemetry's standard settings switch it on: {@code OTEL_TRACES_EXPORTER}, {@code OTEL_EXPORTER_OTLP_ENDPOINT} or
 * {@code OTEL_EXPORTER_OTLP_TRACES_ENDPOINT}, in the environment or as properties such as {@code otel.traces.exporter}. Nothing of it is
 * loaded otherwise.
 * <p>
 * Spans are exported on a thread of its own; while the collector is unavailable, spans are dropped, and no message waits.
 */
public final class TracingConfiguration implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TracingConfiguration.class);
    private static final String PREFIX = "otel.";
    private static final String EXPORTER = "otel.traces.exporter";
    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";
    private static final String TRACES_ENDPOINT = "otel.exporter.otlp.traces.endpoint";
    private static final String HTTP = "http/protobuf";
    /** How long the last spans have to leave; the process is ending. */
    private static final long FLUSH_MILLIS = 2_000;

    private final OpenTelemetrySdk sdk;

    private TracingConfiguration(OpenTelemetrySdk sdk) {
        this.sdk = sdk;
    }

    /**
     * Starts tracing, before the context has routes.
     *
     * @param  environment    the process's environment
     * @param  properties     the JVM's properties
     * @return                null where it is off
     * @throws StartException where its settings are wrong
     */
    public static TracingConfiguration start(CamelContext context, Map<String, String> environment, Map<String, String> properties) {
        Map<String, String> given = given(environment, properties);
        if (!isOn(given)) {
            return null;
        }
        for (String protocol : new String[] {"otel.exporter.otlp.protocol", "otel.exporter.otlp.traces.protocol"}) {
            if (!given.getOrDefault(protocol, HTTP).equals(HTTP)) {
                throw new StartException(name(protocol) + " is " + given.get(protocol)
                        + ", which is not built in: leave it out or set it to "
                        + HTTP + ", with the collector's port for that in the endpoint, usually 4318", null);
            }
        }
        keepSecrets(given);
        JulBridge.install();
        return new TracingConfiguration(begin(context, given));
    }

    private static OpenTelemetrySdk begin(CamelContext context, Map<String, String> given) {
        try {
            OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder().disableShutdownHook()
                    .addPropertiesSupplier(() -> Map.of("otel.service.name", "dingtalk-camel", "otel.metrics.exporter", "none",
                            "otel.logs.exporter", "none", "otel.exporter.otlp.protocol", HTTP,
                            // baggage of unauthenticated clients would go out with each call
                            "otel.propagators", "tracecontext"))
                    .addPropertiesCustomizer(config -> given)
                    .addSpanExporterCustomizer((exporter, config) -> new CleanSpanExporter(exporter))
                    .build().getOpenTelemetrySdk();
            bind(context, sdk);
            LOG.info("Tracing is on, by {}", given.containsKey(EXPORTER) ? name(EXPORTER) + "=" + given.get(EXPORTER) : name(ENDPOINT));
            return sdk;
        } catch (RuntimeException e) {
            throw new StartException("Tracing is switched on by OTEL_ variables, and can't start: " + KnownSecrets.clean(e.getMessage())
                    + ". Correct them, or unset " + name(EXPORTER) + " and " + name(ENDPOINT), e);
        }
    }

    private static void bind(CamelContext context, OpenTelemetry telemetry) {
        // where Camel's tracer looks for them
        context.getRegistry().bind("openTelemetryTracer", telemetry.getTracer("dingtalk-camel"));
        context.getRegistry().bind("openTelemetryPropagators", telemetry.getPropagators());
        new RouteTracer().init(context);
    }

    /** As properties; the environment wins, as for this program's own settings. */
    private static Map<String, String> given(Map<String, String> environment, Map<String, String> properties) {
        Map<String, String> given = new HashMap<>();
        properties.forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                given.put(name, value);
            }
        });
        environment.forEach((name, value) -> {
            String property = name.toLowerCase(Locale.ROOT).replace('_', '.');
            if (property.startsWith(PREFIX)) {
                given.put(property, value);
            }
        });
        given.values().removeIf(String::isBlank);
        return given;
    }

    private static boolean isOn(Map<String, String> given) {
        return !Boolean.parseBoolean(given.get("otel.sdk.disabled")) && !"none".equals(given.get(EXPORTER))
                && (given.containsKey(EXPORTER) || given.containsKey(ENDPOINT) || given.containsKey(TRACES_ENDPOINT));
    }

    /** What authorises at the collector. */
    private static void keepSecrets(Map<String, String> given) {
        given.forEach((name, value) -> {
            if (name.endsWith(".headers")) {
                for (String header : value.split(",")) {
                    KnownSecrets.keep(header.substring(header.indexOf('=') + 1).strip());
                }
            }
        });
    }

    private static String name(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** Exports what is left, for a moment at most. */
    @Override
    public void close() {
        sdk.getSdkTracerProvider().shutdown().join(FLUSH_MILLIS, TimeUnit.MILLISECONDS);
    }
}
