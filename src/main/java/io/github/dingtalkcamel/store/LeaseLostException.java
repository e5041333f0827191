package io.github.dingtalkcamel.store;

import java.sql.SQLException;

/** Another node works on the conversation by now, or has ended the turn: what this node did late is not written. */
public final class LeaseLostException extends SQLException {

    public LeaseLostException(String message) {
        super(message);
    }

    /** Whether that is why a write failed. */
    public static boolean is(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof LeaseLostException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    /** For the log, where the class would tell nothing. */
    @Override
    public String toString() {
        return getMessage();
    }
}
