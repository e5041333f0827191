package io.github.dingtalkcamel.tracing;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributeType;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SpanExporter;

/**
 * Exports spans without secrets: known secrets are replaced, addresses have no query and no password, and the names of users of brokers are
 * left out. Texts are cut at 2,000 characters.
 */
final class CleanSpanExporter implements SpanExporter {

    private static final int LONGEST = 2_000;
    private static final String QUERY = "url.query";
    private static final String USER = "user.";
    private static final Pattern USER_INFO = Pattern.compile("(^|//)[^/@\\s:]+:[^/@\\s]+@");

    private final SpanExporter exporter;

    CleanSpanExporter(SpanExporter exporter) {
        this.exporter = exporter;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        return exporter.export(spans.stream().<SpanData>map(Cleaned::new).toList());
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }

    @Override
    public String toString() {
        return "CleanSpanExporter[" + exporter + "]";
    }

    private static Attributes clean(Attributes attributes) {
        AttributesBuilder cleaned = Attributes.builder();
        attributes.forEach((key, value) -> {
            if (key.getType() != AttributeType.STRING) {
                put(cleaned, key, value);
            } else if (!key.getKey().equals(QUERY) && !key.getKey().startsWith(USER)) {
                cleaned.put(key.getKey(), clean(withoutQuery(key.getKey(), (String) value)));
            }
        });
        return cleaned.build();
    }

    @SuppressWarnings("unchecked")
    private static void put(AttributesBuilder attributes, AttributeKey<?> key, Object value) {
        attributes.put((AttributeKey<Object>) key, value);
    }

    /** Of what is an address: an endpoint's options and a URL's parameters may be secrets that are known to nothing here. */
    private static String withoutQuery(String key, String value) {
        int query = key.contains("url") || key.contains("uri") || key.contains("address") ? value.indexOf('?') : -1;
        return query < 0 ? value : value.substring(0, query);
    }

    /** No known secret, and no password in a URL. */
    private static String clean(String text) {
        return text == null ? null : KnownSecrets.clean(USER_INFO.matcher(text).replaceAll("$1***@"), LONGEST);
    }

    private static final class Cleaned extends DelegatingSpanData {

        private final Attributes attributes;
        private final List<EventData> events;

        Cleaned(SpanData span) {
            super(span);
            this.attributes = clean(span.getAttributes());
            this.events = span.getEvents().stream().map(event -> EventData.create(event.getEpochNanos(),
                    clean(event.getName()), clean(event.getAttributes()), event.getTotalAttributeCount())).toList();
        }

        @Override
        public String getName() {
            return CleanSpanExporter.clean(super.getName());
        }

        @Override
        public Attributes getAttributes() {
            return attributes;
        }

        @Override
        public List<EventData> getEvents() {
            return events;
        }

        @Override
        public StatusData getStatus() {
            StatusData status = super.getStatus();
            return StatusData.create(status.getStatusCode(), clean(status.getDescription()));
        }
    }
}
