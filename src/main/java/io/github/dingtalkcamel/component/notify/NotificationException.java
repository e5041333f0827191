package io.github.dingtalkcamel.component.notify;

import java.util.List;

/**
 * A notification was refused as a whole, or did not reach all of its recipients. Its message never holds the API's token.
 * <p>
 * After {@link #isRefused} nothing was sent, and the same call can be made again. Otherwise a call with the same {@code requestId} sends
 * nothing and fails again: to try the {@link #failedTargets} once more takes another {@code requestId}, and those recipients only.
 */
public final class NotificationException extends Exception {

    private final int status;
    private final List<String> failedTargets;

    NotificationException(String message, int status, List<String> failedTargets) {
        super(message);
        this.status = status;
        this.failedTargets = List.copyOf(failedTargets);
    }

    /** The HTTP status of the answer: 200 where some recipients failed, 0 where the answer was none of the tools. */
    public int status() {
        return status;
    }

    /** The recipients that were not reached, such as {@code user_id:staff001}; empty where the call was refused. */
    public List<String> failedTargets() {
        return failedTargets;
    }

    /** Whether the call was refused before anything was sent: faulty arguments, a wrong token, or no room at the moment. */
    public boolean isRefused() {
        return status >= 400;
    }
}
