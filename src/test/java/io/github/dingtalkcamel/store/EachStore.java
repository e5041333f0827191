package io.github.dingtalkcamel.store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/** The databases that the store works with; each call gets a fresh one. */
public enum EachStore {

    SQLITE {
        @Override
        public String freshUrl(Path folder) {
            return "jdbc:sqlite:" + folder.resolve("store" + COUNT.incrementAndGet() + ".db");
        }
    },
    POSTGRESQL {
        @Override
        public String freshUrl(Path folder) {
            String name = "store" + COUNT.incrementAndGet();
            try (var connection = Server.RUNNING.getPostgresDatabase().getConnection(); var create = connection.createStatement()) {
                create.execute("create database " + name);
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
            }
            return "jdbc:postgresql://127.0.0.1:" + Server.RUNNING.getPort() + "/" + name;
        }
    };

    private static final AtomicInteger COUNT = new AtomicInteger();

    /** A URL to open; the user is {@code postgres}, who needs no password. */
    public abstract String freshUrl(Path folder);

    public Store open(Path folder) {
        return Store.open(freshUrl(folder), this == SQLITE ? null : "postgres", null);
    }

    /** One server for all tests of this JVM; it ends with it. */
    private static final class Server {

        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
