package io.github.dingtalkcamel.component.stream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** What happened on an app's connections since the process started. */
public final class ConnectionMetrics {

    /** Attempts to open a connection. */
    final LongAdder attempts = new LongAdder();
    /** Attempts that failed. */
    final LongAdder failures = new LongAdder();
    /** Connections that ended, or were replaced, while they were wanted. */
    final LongAdder losses = new LongAdder();
    /** Frames that came in. */
    final LongAdder frames = new LongAdder();
    /** Robot messages among them. */
    final LongAdder messages = new LongAdder();
    /** Frames that were not understood, or for which there was no room. */
    final LongAdder refused = new LongAdder();

    private final AtomicBoolean credentialsTold = new AtomicBoolean();
    private final StreamListener listener;

    ConnectionMetrics() {
        this(null);
    }

    /** @param listener learns of connections that open and end, or null */
    ConnectionMetrics(StreamListener listener) {
        this.listener = listener;
    }

    /** A figure, counted since the process started. */
    public long figure(StreamFigure figure) {
        return figure.value.applyAsLong(this);
    }

    /** Whether this is the first connection to find the credentials wrong: one line in the log is enough. */
    boolean isFirstToTellOfCredentials() {
        return credentialsTold.compareAndSet(false, true);
    }

    void credentialsWork() {
        credentialsTold.set(false);
    }

    void up(String integration, int connection) {
        if (listener != null) {
            listener.up(integration, connection);
        }
    }

    void down(String integration, int connection, String reason) {
        if (listener != null) {
            listener.down(integration, connection, reason);
        }
    }
}
