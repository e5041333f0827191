package io.github.dingtalkcamel.log;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.pattern.ConverterKeys;
import org.apache.logging.log4j.core.pattern.LogEventPatternConverter;
import org.apache.logging.log4j.core.pattern.PatternConverter;

/**
 * {@code %trace{logger,logger}}: the exception of an event. Its messages may hold what others sent, so each is one line, see {@link
 * LineText}. Loggers named here, and those below them, log exceptions that any client can cause by a malformed request: of those only class
 * and message, on the event's own line, unless the logger's level is debug. A trace has at most 100 frames for each of at most 10
 * exceptions.
 */
@Plugin(name = "trace", category = PatternConverter.CATEGORY)
@ConverterKeys("trace")
public final class TraceConverter extends LogEventPatternConverter {

    private static final int MOST_EXCEPTIONS = 10;
    private static final int MOST_FRAMES = 100;
    private static final int LONGEST_MESSAGE = 2_000;

    private final Configuration configuration;
    private final List<String> withoutFrames;

    private TraceConverter(Configuration configuration, List<String> withoutFrames) {
        super("trace", "trace");
        this.configuration = configuration;
        this.withoutFrames = withoutFrames;
    }

    /** Called by log4j. */
    public static TraceConverter newInstance(Configuration configuration, String[] options) {
        return new TraceConverter(configuration, options.length == 0 ? List.of() : LoggerNames.listed(options[0]));
    }

    @Override
    public boolean handlesThrowable() {
        return true;
    }

    @Override
    public void format(LogEvent event, StringBuilder output) {
        Throwable thrown = event.getThrown();
        if (thrown == null) {
            return;
        }
        if (LoggerNames.holds(withoutFrames, event.getLoggerName()) && !tellsDebug(event.getLoggerName())) {
            output.append(": ");
            describe(thrown, output);
            return;
        }
        Set<Throwable> written = Collections.newSetFromMap(new IdentityHashMap<>());
        trace(thrown, "", "", written, output);
    }

    private boolean tellsDebug(String logger) {
        Level level = configuration.getLoggerConfig(logger).getLevel();
        return level.isLessSpecificThan(Level.DEBUG);
    }

    private static void trace(Throwable thrown, String indent, String kind, Set<Throwable> written, StringBuilder output) {
        if (written.size() >= MOST_EXCEPTIONS || !written.add(thrown)) {
            return;
        }
        output.append(System.lineSeparator()).append(indent).append(kind);
        describe(thrown, output);
        StackTraceElement[] frames = thrown.getStackTrace();
        for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
            output.append(System.lineSeparator()).append(indent).append("\tat ").append(frames[i]);
        }
        if (frames.length > MOST_FRAMES) {
            output.append(System.lineSeparator()).append(indent).append("\t... ").append(frames.length - MOST_FRAMES).append(" more");
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            trace(suppressed, indent + "\t", "Suppressed: ", written, output);
        }
        if (thrown.getCause() != null) {
            trace(thrown.getCause(), indent, "Caused by: ", written, output);
        }
    }

    private static void describe(Throwable thrown, StringBuilder output) {
        String text;
        try {
            text = String.valueOf(thrown);
        } catch (RuntimeException e) {
            text = thrown.getClass().getName();
        }
        LineText.append(text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) + "…" : text, output);
    }
}
