package io.github.dingtalkcamel.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.layout.template.json.JsonTemplateLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.apache.logging.log4j.util.SortedArrayStringMap;
import org.junit.jupiter.api.Test;

/** The log as JSON. */
class LogFormatTest {

    private static final JsonTemplateLayout LAYOUT = LogFormat.layout(((LoggerContext) LogManager.getContext(false)).getConfiguration());

    private static final Appender CONSOLE = ((LoggerContext) LogManager.getContext(false)).getConfiguration().getAppender("console");

    private static JsonNode written(String logger, String message, Throwable thrown) throws Exception {
        SortedArrayStringMap ids = new SortedArrayStringMap();
        ids.putValue("turn", "main-17");
        LogEvent event = Log4jLogEvent.newBuilder().setLoggerName(logger).setLevel(Level.WARN).setMessage(new SimpleMessage(message))
                .setThrown(thrown).setThreadName("thread").setTimeMillis(1).setContextData(ids).build();
        String line = LAYOUT.toSerializable(event);
        assertThat(line).endsWith(System.lineSeparator());
        assertThat(line.strip().lines()).as("one line").hasSize(1);
        return new ObjectMapper().readTree(line);
    }

    @Test
    void aLineOfANodeOfAClusterHasItsNameAsJsonAndAsText() throws Exception {
        NodeName.set("bot-1:8080");
        try {
            SortedArrayStringMap ids = new SortedArrayStringMap();
            new NodeName().supplyContextData().forEach(ids::putValue);
            LogEvent event = Log4jLogEvent.newBuilder().setLoggerName("a.b").setLevel(Level.WARN).setMessage(new SimpleMessage("said"))
                    .setThreadName("thread").setContextData(ids).build();

            assertThat(new ObjectMapper().readTree(LAYOUT.toSerializable(event)).path("node").asText()).isEqualTo("bot-1:8080");
            assertThat(CONSOLE.getLayout().toSerializable(event).toString()).contains("WARN  bot-1:8080 [thread] a.b - said");
        } finally {
            NodeName.clear();
        }
    }

    @Test
    void aLineIsOneObjectWithTheIdsThatAreKnown() throws Exception {
        assertThat(written("a.b", "张三 said\n\"no\"", null)).isEqualTo(new ObjectMapper().readTree("""
                {"timestamp":"1970-01-01T00:00:00.001Z","level":"WARN","logger":"a.b","thread":"thread","turn":"main-17",
                 "message":"张三 said\\n\\"no\\""}"""));
    }

    @Test
    void anExceptionIsItsStackTraceUnlessAnyClientCanCauseIt() throws Exception {
        Exception thrown = new IllegalStateException("outer", new NumberFormatException("inner"));

        assertThat(written("a.b", "failed", thrown).path("exception").asText()).startsWith("java.lang.IllegalStateException: outer")
                .contains("\tat io.github.dingtalkcamel.log.LogFormatTest.", "Caused by: java.lang.NumberFormatException: inner");
        assertThat(written("io.vertx.ext.web.RoutingContext", "failed", thrown).path("exception").asText())
                .isEqualTo(": java.lang.IllegalStateException: outer");
    }
}
