package io.github.dingtalkcamel.log;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.filter.AbstractFilterable;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program's own configuration of the log: what others send can't forge lines, fill it with traces, or make it write without bound. */
class LogLayoutTest {

    private static final Appender CONSOLE = ((LoggerContext) LogManager.getContext(false)).getConfiguration().getAppender("console");

    private static LogEvent event(String logger, Level level, String message, Throwable thrown) {
        return Log4jLogEvent.newBuilder().setLoggerName(logger).setLevel(level).setMessage(new SimpleMessage(message)).setThrown(thrown)
                .setThreadName("thread").setTimeMillis(0).build();
    }

    private static String written(LogEvent event) {
        return (String) CONSOLE.getLayout().toSerializable(event);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "\r", "\u001b[2J", "\u0000", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\u200b", "\ufeff",
            "\udb40\udc41", "\ud800"})
    void aTextFromOutsideStaysWithinItsLine(String control) {
        String line = written(event("a.b", Level.WARN, "message m1" + control + "2026-01-01 00:00:00.000 INFO forged", null));

        assertThat(line).startsWith("20").endsWith(" forged" + System.lineSeparator()).contains("WARN  [thread] a.b - message m1\\");
        assertThat(line.strip()).doesNotContain(control).hasSizeLessThan(140);
    }

    @Test
    void readableTextsStayAsTheyAre() {
        String text = "张三\t👩\u200d💻 नम\u200dस्ते {} \\ \"quoted\" 100%";

        assertThat(written(event("a.b", Level.INFO, text, null))).endsWith(" - " + text + System.lineSeparator());
    }

    @Test
    void anExceptionsMessageStaysWithinItsLineToo() {
        Exception cause = new IllegalStateException("inner\r\nforged");
        String entry = written(event("a.b", Level.ERROR, "failed", new IllegalArgumentException("outer\nforged", cause)));

        assertThat(entry).contains("java.lang.IllegalArgumentException: outer\\u000aforged",
                "Caused by: java.lang.IllegalStateException: inner\\u000d\\u000aforged",
                "\tat io.github.dingtalkcamel.log.LogLayoutTest.");
        assertThat(entry.lines().skip(1)).allMatch(line -> line.startsWith("\tat ") || line.startsWith("java.lang.Illegal")
                || line.startsWith("Caused by: ")
                || line.startsWith("\t..."));
    }

    @Test
    void aTraceEndsThoughItsCausesGoInCirclesOrItsMessageFails() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);
        Exception failing = new Exception() {
            @Override
            public String getMessage() {
                throw new IllegalStateException();
            }
        };
        failing.addSuppressed(one);

        assertThat(written(event("a.b", Level.ERROR, "failed", failing)))
                .contains("Suppressed: java.lang.Exception: one", "Caused by: java.lang.Exception: two")
                .hasLineCount((int) written(event("a.b", Level.ERROR, "failed", failing)).lines().count()).hasSizeLessThan(60_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.vertx.ext.web.RoutingContext", "io.netty.channel.DefaultChannelPipeline",
            "org.apache.camel.component.platform.http.vertx.X",
        "io.github.dingtalkcamel.simulator.api.SimulatedGateway"})
    void whatAnyoneCanCauseByAMalformedRequestIsOneLine(String logger) {
        String entry = written(event(logger, Level.ERROR, "Unhandled exception in router",
                new NumberFormatException("Invalid\ncharacter")));

        assertThat(entry.lines()).hasSize(1);
        assertThat(entry).contains("Unhandled exception in router: java.lang.NumberFormatException: Invalid\\u000acharacter");
    }

    @Test
    void strangersLinesAreBoundedAndCounted() {
        AtomicLong now = new AtomicLong(7);
        List<String> told = new ArrayList<>();
        LinesPerMinute filter = new LinesPerMinute(List.of("io.vertx", "dingtalk.refused"), 20, now::get,
                (logger, count) -> told.add(logger + " " + count));

        assertThat(passes(filter, "io.vertx.ext.web.RoutingContext", Level.ERROR, 3_000)).isEqualTo(20);
        assertThat(passes(filter, "dingtalk.refused", Level.WARN, 21)).as("each logger has its own").isEqualTo(20);
        assertThat(passes(filter, "dingtalk.turns", Level.INFO, 3_000)).as("not a stranger's").isEqualTo(3_000);
        assertThat(passes(filter, "io.vertxy", Level.INFO, 100)).isEqualTo(100);
        assertThat(passes(filter, "io.vertx.ext.web.RoutingContext", Level.DEBUG, 100)).as("asked for").isEqualTo(100);
        filter.tellLeftOut();
        assertThat(told).as("within the minute").isEmpty();

        now.addAndGet(TimeUnit.SECONDS.toNanos(60));
        filter.tellLeftOut();
        assertThat(told).containsExactlyInAnyOrder("io.vertx.ext.web.RoutingContext 2980", "dingtalk.refused 1");
        assertThat(passes(filter, "dingtalk.refused", Level.WARN, 25)).as("in the next minute").isEqualTo(20);
    }

    @Test
    void theConsolesFilterBoundsEachLoggerThatStrangersReach() {
        Filter filter = ((AbstractFilterable) CONSOLE).getFilter();

        assertThat(filter).isInstanceOf(LinesPerMinute.class);
        for (String logger : List.of("dingtalk.refused", "dingtalk.access", "dingtalk.unexpected", "io.vertx.ext.web.RoutingContext",
                "io.netty.x", "org.jolokia.x", "org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer",
                "io.github.dingtalkcamel.simulator.api.SimulatedGateway")) {
            assertThat(passes(filter, logger, Level.WARN, 100)).as(logger).isLessThanOrEqualTo(20);
        }
    }

    private static long passes(Filter filter, String logger, Level level, int lines) {
        LogEvent event = event(logger, level, "x", null);
        long passed = 0;
        for (int i = 0; i < lines; i++) {
            passed += filter.filter(event) == Filter.Result.DENY ? 0 : 1;
        }
        return passed;
    }
}
