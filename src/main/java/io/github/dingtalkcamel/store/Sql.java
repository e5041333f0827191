package io.github.dingtalkcamel.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import io.github.dingtalkcamel.component.message.StorableText;

/**
 * One SQL statement with its values, within {@link Store#read} or {@link Store#write}: the only place that prepares statements for the
 * tables.
 * <p>
 * Each text value is made {@linkplain StorableText storable} first, in conditions as in rows, so that no database refuses it and what was
 * stored is
 * found again. Values are texts, numbers or null.
 * <p>
 * Does not promise: transactions, which {@link Store} makes; or typed columns, which the row mapper reads.
 */
public final class Sql {

    private Sql() {
    }

    /** Reads a row. It must not move the cursor. */
    @FunctionalInterface
    public interface RowMapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    /**
     * Executes a statement that changes rows.
     *
     * @return how many rows it changed
     */
    public static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (Prepared update = Prepared.of(connection, sql)) {
            bind(update.statement(), values);
            return update.statement().executeUpdate();
        }
    }

    /** Executes a statement once for each item, in the order of the items. */
    public static <T> void batch(Connection connection, String sql, Collection<T> items, Function<T, List<?>> values) throws SQLException {
        if (items.isEmpty()) {
            return;
        }
        try (Prepared update = Prepared.of(connection, sql)) {
            for (T item : items) {
                bind(update.statement(), values.apply(item).toArray());
                update.statement().addBatch();
            }
            update.statement().executeBatch();
        }
    }

    /**
     * Executes a query, or an {@code insert … returning}, and returns what the mapper makes of each row, in order; a list that the caller
     * may change.
     */
    public static <T> List<T> list(Connection connection, String sql, RowMapper<T> mapper, Object... values) throws SQLException {
        return query(connection, sql, rows -> {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(mapper.map(rows));
            }
            return all;
        }, values);
    }

    /** What the mapper makes of the first row; empty where there is no row, or where it makes null of it. */
    public static <T> Optional<T> first(Connection connection, String sql, RowMapper<T> mapper, Object... values) throws SQLException {
        return query(connection, sql, rows -> rows.next() ? Optional.ofNullable(mapper.map(rows)) : Optional.empty(), values);
    }

    /** Whether the query has a row. */
    public static boolean exists(Connection connection, String sql, Object... values) throws SQLException {
        return query(connection, sql, ResultSet::next, values);
    }

    /** The number in the first column of the first row; 0 where there is no row, or where it is null. */
    public static long number(Connection connection, String sql, Object... values) throws SQLException {
        return query(connection, sql, rows -> rows.next() ? rows.getLong(1) : 0L, values);
    }

    /** What the reader makes of all rows: for results that are not to be read to their end. */
    public static <T> T query(Connection connection, String sql, RowMapper<T> reader, Object... values) throws SQLException {
        try (Prepared select = Prepared.of(connection, sql)) {
            bind(select.statement(), values);
            try (ResultSet rows = select.statement().executeQuery()) {
                return reader.map(rows);
            }
        }
    }

    /** A number that may be null. */
    public static Long nullableLong(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static void bind(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i] instanceof String text ? StorableText.of(text) : values[i]);
        }
    }
}
