package io.github.dingtalkcamel.store;
import java.time.Duration;

/**
 * Rows of a table that become too old. The class that owns the table declares them; {@link Housekeeping} deletes them.
 *
 * @param what what the rows are, for the log
 * @param sql  deletes some of them: the first parameter is the time before which they are too old, in epoch milliseconds, the second the
 *             most rows that go
 *             at once. An index must serve it
 * @param kept how long they are kept
 * @param logged whether the log reports the deletion
 */
public record Expiry(String what, String sql, Duration kept, boolean logged) {
}
