package io.github.dingtalkcamel.log;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Marker;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.impl.DefaultLogEventFactory;
import org.apache.logging.log4j.core.impl.LocationAwareLogEventFactory;
import org.apache.logging.log4j.core.impl.LogEventFactory;
import org.apache.logging.log4j.message.Message;
import org.apache.logging.log4j.message.SimpleMessage;

/**
 * The last net under the log: no line of any library and no exception holds a known secret, with any appender and
 * layout an operator configures. Texts from outside are cleaned where they enter; this is for those that enter unchecked, such as a stack
 * trace of a user's route.
 * <p>
 * Named in {@code log4j2.component.properties}. An exception that holds a secret is replaced by its stack trace as text.
 */
public final class CleanLogEvents implements LogEventFactory, LocationAwareLogEventFactory {

    private final DefaultLogEventFactory events = new DefaultLogEventFactory();

    /** Called by log4j. */
    public CleanLogEvents() {
        // nothing to set up
    }

    @Override
    public LogEvent createEvent(String loggerName, Marker marker, String fqcn, Level level, Message data, List<Property> properties,
            Throwable thrown) {
        OutOfMemoryExit.check(thrown);
        return events.createEvent(loggerName, marker, fqcn, level, clean(data), properties, clean(thrown));
    }

    @Override
    public LogEvent createEvent(String loggerName, Marker marker, String fqcn, StackTraceElement location, Level level, Message data,
            List<Property> properties,
            Throwable thrown) {
        OutOfMemoryExit.check(thrown);
        return events.createEvent(loggerName, marker, fqcn, location, level, clean(data), properties, clean(thrown));
    }

    private static Message clean(Message message) {
        String text = message == null ? null : message.getFormattedMessage();
        String cleaned = KnownSecrets.clean(text);
        return Objects.equals(text, cleaned) ? message : new SimpleMessage(cleaned);
    }

    private static Throwable clean(Throwable thrown) {
        return thrown == null || !holdsSecret(thrown, Collections.newSetFromMap(new IdentityHashMap<>())) ? thrown : new Cleaned(thrown);
    }

    private static boolean holdsSecret(Throwable thrown, Set<Throwable> seen) {
        if (thrown == null || !seen.add(thrown)) {
            return false;
        }
        String text = thrown.toString();
        if (!Objects.equals(text, KnownSecrets.clean(text)) || holdsSecret(thrown.getCause(), seen)) {
            return true;
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            if (holdsSecret(suppressed, seen)) {
                return true;
            }
        }
        return false;
    }

    /** An exception as it may be shown. Its text is the whole stack trace, which it has none of itself. */
    private static final class Cleaned extends Exception {

        private static final long serialVersionUID = 1L;

        Cleaned(Throwable thrown) {
            super(text(thrown), null, false, false);
        }

        private static String text(Throwable thrown) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace, true));
            return KnownSecrets.clean(trace.toString().strip());
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }
}
