package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Store;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes on one PostgreSQL database: the second stops; the first does too when it has lost the database to another. */
class StoreLockIT {

    @TempDir
    Path folder;

    private String url;

    @Test
    void stopsASecondProcessAndAFirstThatLostItsStore() throws Exception {
        url = EachStore.POSTGRESQL.freshUrl(folder);
        try (PackagedJar one = jar(); PackagedJar two = jar()) {
            PackagedJar.Run first = one.start();
            PackagedJar.Run second = two.launch();

            assertThat(second.exitStatus()).isEqualTo(1);
            assertThat(second.errors().lines()).singleElement().asString()
                    .startsWith("The store " + url + " is in use by another dingtalk-camel (connected from ")
                    .endsWith("give this one a database or a schema of its own with dingtalk.store-url (DINGTALK_STORE_URL)");
            assertThat(health(first)).isEqualTo(200);

            // another waits for the lock, and gets it when the first one's connection breaks
            CompletableFuture<Store> third = CompletableFuture.supplyAsync(() -> Store.open(url, "postgres", null));
            Awaitility.await().atMost(PackagedJar.PATIENCE)
                    .until(() -> sql("select 1 from pg_locks where locktype = 'advisory' and objsubid = 2 and not granted"));
            sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dingtalk-camel lock'"
                    + " and datname = current_database() and pid in (select pid from pg_locks where locktype = 'advisory' and granted)");

            assertThat(first.exitStatus()).isEqualTo(1);
            assertThat(first.log()).contains("Nothing more is written: The store " + url + " is in use by another dingtalk-camel",
                    "Stop that one", "Stopping: no more messages are accepted");
            third.join().close();
        }
    }

    private PackagedJar jar() throws Exception {
        return PackagedJar.inTemporaryDirectory().env("DINGTALK_SIMULATOR_PORT", "0").env("DINGTALK_STORE_URL", url)
                .env("DINGTALK_STORE_USER", "postgres")
                .env("DINGTALK_SHUTDOWN_TIMEOUT", "1");
    }

    private static int health(PackagedJar.Run run) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/health/ready")).build(),
                HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    /** Whether there was a row. */
    private boolean sql(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", null);
                Statement statement = connection.createStatement()) {
            return statement.executeQuery(sql).next();
        }
    }
}
