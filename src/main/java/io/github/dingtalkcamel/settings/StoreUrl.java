package io.github.dingtalkcamel.settings;

import java.nio.file.Path;
import java.util.Objects;

/** The JDBC URL of the store (contract 3: store-url). It may carry a password, so its visible form leaves out what may be one. */
public final class StoreUrl {

    static final String SQLITE = "jdbc:sqlite:";
    static final String POSTGRESQL = "jdbc:postgresql:";

    private final String url;

    private StoreUrl(String url) {
        this.url = url;
    }

    static StoreUrl of(String url) {
        return new StoreUrl(url);
    }

    /** The store that is used where none is set: {@code dingtalk.db} in the data directory. */
    static StoreUrl fileIn(Path dataDir) {
        return new StoreUrl(SQLITE + dataDir.resolve("dingtalk.db"));
    }

    /** The URL for the driver, with everything in it. Not for logs. */
    public String reveal() {
        return url;
    }

    /** Whether the store is an SQLite file; PostgreSQL otherwise. */
    public boolean isSqlite() {
        return url.startsWith(SQLITE);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoreUrl that && url.equals(that.url);
    }

    @Override
    public int hashCode() {
        return Objects.hash(url);
    }

    /** The URL without its parameters and without user and password before an {@code @}. */
    @Override
    public String toString() {
        int query = url.indexOf('?');
        String place = query < 0 ? url : url.substring(0, query);
        String parameters = query < 0 ? "" : "?***";
        if (isSqlite()) {
            return place + parameters;
        }
        // an @ behind the ? may be a password's own or that of user:pa?ss@host: there is no telling, so nothing is shown
        if (query >= 0 && url.indexOf('@', query) >= 0) {
            return POSTGRESQL + "***";
        }
        int at = place.lastIndexOf('@');
        return (at < 0 ? place : POSTGRESQL + "//***" + place.substring(at)) + parameters;
    }
}
