package io.github.dingtalkcamel.store;
import org.sqlite.SQLiteException;

/** Tells a damaged file from all else that may go wrong. */
final class Damage {

    private static final int PRIMARY = 0xff;
    private static final int CORRUPT = 11;
    private static final int NOT_A_DATABASE = 26;

    private Damage() {
    }

    static boolean is(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLiteException sqlite) {
                int code = sqlite.getResultCode().code & PRIMARY;
                return code == CORRUPT || code == NOT_A_DATABASE;
            }
        }
        return false;
    }
}
