package io.github.dingtalkcamel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** What the program logs while this is open; of stack traces their first lines. */
public final class LogLines extends AbstractAppender implements AutoCloseable {

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final Level rootLevel;

    private LogLines(Level level) {
        super("lines-" + System.nanoTime(), null, null, true, Property.EMPTY_ARRAY);
        start();
        Configuration configuration = context.getConfiguration();
        rootLevel = configuration.getRootLogger().getLevel();
        configuration.getRootLogger().setLevel(level);
        for (LoggerConfig logger : configuration.getLoggers().values()) {
            if (logger == configuration.getRootLogger() || !logger.isAdditive()) {
                logger.addAppender(this, null, null);
            }
        }
        context.updateLoggers();
    }

    /** Begins to listen, at the usual levels. */
    public static LogLines listen() {
        return new LogLines(Level.INFO);
    }

    /** Begins to listen with the level of the root logger set to debug. */
    public static LogLines listenToDebug() {
        return new LogLines(Level.DEBUG);
    }

    @Override
    public void append(LogEvent event) {
        StringBuilder line = new StringBuilder(event.getLevel() + " " + event.getLoggerName() + " "
                + event.getMessage().getFormattedMessage());
        for (Throwable cause = event.getThrown(); cause != null; cause = cause.getCause()) {
            line.append('\n').append(cause);
            if (cause.getStackTrace().length > 0) {
                line.append("\n\tat ").append(cause.getStackTrace()[0]);
            }
        }
        lines.add(line.toString());
    }

    public List<String> all() {
        return List.copyOf(lines);
    }

    public List<String> containing(String text) {
        return lines.stream().filter(line -> line.contains(text)).toList();
    }

    @Override
    public void close() {
        context.getConfiguration().getLoggers().values().forEach(logger -> logger.removeAppender(getName()));
        context.getConfiguration().getRootLogger().setLevel(rootLevel);
        context.updateLoggers();
        stop();
    }
}
