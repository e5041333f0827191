package io.github.dingtalkcamel.store;
import java.sql.SQLException;

/** The store's lock is not held, so nothing may be written: another process may have it. */
final class LockLostException extends SQLException {

    LockLostException(String message) {
        super(message);
    }

    /** For the log and the health check, where the class would tell nothing. */
    @Override
    public String toString() {
        return getMessage();
    }
}
