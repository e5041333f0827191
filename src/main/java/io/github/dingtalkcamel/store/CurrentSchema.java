package io.github.dingtalkcamel.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/**
 * Whether a store's tables are those of this version, by one query. Flyway would find the same, and takes a tenth of a start to do so.
 * <p>
 * Promises: true only if Flyway applied all migrations of this version, with these checksums, and no other. In any other case, also where
 * the query fails, Flyway has to look: it migrates, or says what is wrong.
 */
final class CurrentSchema {

    /** Flyway's table. */
    static final String HISTORY = "dingtalk_schema_history";

    /** Version and checksum of each file in db/migration, as Flyway notes them. */
    static final List<String> MIGRATIONS = List.of("1:1693743943", "2:594143875", "3:-1960712504", "4:-914668452", "5:1539422525",
            "6:-1255596062", "7:1753662301", "8:641188377", "9:1245142505", "10:944142929", "11:655303112", "12:-553797416",
            "13:1730633129", "14:-297918213", "15:2127399433", "16:87238710");

    private static final String FAILED = "failed";

    private CurrentSchema() {
    }

    static boolean isIn(String url, String user, String password) {
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            return applied(connection).equals(MIGRATIONS);
        } catch (SQLException e) {
            // a store without the table, or one that can't be read: Flyway says which
            return false;
        }
    }

    /** The migrations that this database has seen, in their order. */
    static List<String> applied(Connection connection) throws SQLException {
        return Sql.list(connection, "select version, checksum, success from " + HISTORY + " order by installed_rank",
                row -> row.getBoolean("success") ? row.getString("version") + ":" + row.getInt("checksum") : FAILED);
    }
}
