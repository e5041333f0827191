package io.github.dingtalkcamel.conversation;

import java.sql.SQLException;

/** Another node began a fresh session after this one had read the session that it wanted to change. */
final class SessionReplacedException extends SQLException {

    /** Whether that is why a write failed. */
    static boolean is(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof SessionReplacedException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }
}
