package io.github.dingtalkcamel.tracing;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

import org.slf4j.LoggerFactory;

/** OpenTelemetry logs by {@code java.util.logging}: its lines become lines of this program's log, with the same bounds and no secrets. */
final class JulBridge extends Handler {

    /** Kept, since the JDK forgets loggers that nothing refers to. */
    private static final Logger ROOT = Logger.getLogger("io.opentelemetry");

    private JulBridge() {
        setFormatter(new SimpleFormatter());
    }

    static synchronized void install() {
        ROOT.setUseParentHandlers(false);
        for (Handler handler : ROOT.getHandlers()) {
            if (handler instanceof JulBridge) {
                return;
            }
        }
        ROOT.addHandler(new JulBridge());
    }

    @Override
    public void publish(LogRecord line) {
        org.slf4j.Logger log = LoggerFactory.getLogger(line.getLoggerName() == null ? ROOT.getName() : line.getLoggerName());
        String message = getFormatter().formatMessage(line);
        if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
            log.warn(message, line.getThrown());
        } else if (line.getLevel().intValue() >= Level.INFO.intValue()) {
            log.info(message, line.getThrown());
        } else {
            log.debug(message, line.getThrown());
        }
    }

    @Override
    public void flush() {
        // nothing is kept
    }

    @Override
    public void close() {
        // nothing is open
    }
}
