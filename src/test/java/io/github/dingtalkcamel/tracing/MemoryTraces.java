package io.github.dingtalkcamel.tracing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.traces.ConfigurableSpanExporterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import org.awaitility.Awaitility;

/** The exporter {@code memory}, for tests: spans as they would leave the process. */
public final class MemoryTraces implements ConfigurableSpanExporterProvider {

    /** Switches tracing on. */
    public static final Map<String, String> SETTINGS = Map.of("otel.traces.exporter", "memory", "otel.bsp.schedule.delay", "20");

    private static volatile InMemorySpanExporter spans = InMemorySpanExporter.create();

    @Override
    public SpanExporter createExporter(ConfigProperties config) {
        // one for each application: the last one's is shut down
        spans = InMemorySpanExporter.create();
        return spans;
    }

    @Override
    public String getName() {
        return "memory";
    }

    /** Forgets what was exported until now. */
    public static void forget() {
        spans.reset();
    }

    /** All spans that were exported, in the order of their begin. */
    public static List<SpanData> all() {
        List<SpanData> all = new ArrayList<>(spans.getFinishedSpanItems());
        all.sort(Comparator.comparingLong(SpanData::getStartEpochNanos));
        return all;
    }

    /** All spans, once there is one of this kind. */
    public static List<SpanData> await(Predicate<Collection<SpanData>> there) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> there.test(all()));
        return all();
    }

    /** The spans as an indented tree, children in the order of their begin: {@code inbound-webhook / seda:turns / turn}. */
    public static String tree(List<SpanData> spans) {
        StringBuilder tree = new StringBuilder();
        spans.stream().filter(span -> spans.stream().noneMatch(other -> other.getSpanId().equals(span.getParentSpanId())))
                .forEach(root -> append(root, spans, "", tree));
        return tree.toString();
    }

    private static void append(SpanData span, List<SpanData> spans, String indent, StringBuilder tree) {
        tree.append(indent).append(span.getName()).append('\n');
        spans.stream().filter(child -> child.getParentSpanId().equals(span.getSpanId())).forEach(child ->
                append(child, spans, indent + "  ", tree));
    }
}
