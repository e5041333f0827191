package io.github.dingtalkcamel.component.stream;
import java.util.function.ToLongFunction;

/** Figures for metrics, counted since the process started. */
public enum StreamFigure {
    ATTEMPTS(each -> each.attempts.sum(), "Attempts to open a connection"),
    FAILURES(each -> each.failures.sum(), "Attempts to open a connection that failed"),
    LOSSES(each -> each.losses.sum(), "Connections that were lost or replaced"),
    FRAMES(each -> each.frames.sum(), "Frames that came in"),
    MESSAGES(each -> each.messages.sum(), "Robot messages that came in"),
    REFUSED(each -> each.refused.sum(), "Frames that were not understood, or for which there was no room");

    final ToLongFunction<ConnectionMetrics> value;
    private final String description;

    StreamFigure(ToLongFunction<ConnectionMetrics> value, String description) {
        this.value = value;
        this.description = description;
    }

    /** In words, for readers of the metrics. */
    public String description() {
        return description;
    }
}
