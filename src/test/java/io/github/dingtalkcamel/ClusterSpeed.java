package io.github.dingtalkcamel;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.store.PostgresServer;

/**
 * Measures what 1, 2, 3 … nodes do on one PostgreSQL of this machine, in one run, and what that PostgreSQL does alone: the figures that
 * the model of {@code scripts/simulate-scale} takes, and is compared with. Nodes, database, the simulated DingTalk and the people who talk
 * share the machine's processors, so CPU per message says more than messages a second. Run by {@code scripts/measure-cluster}.
 */
public final class ClusterSpeed {

    private static final int PEOPLE = Integer.getInteger("speed.people", 64);
    private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("speed.warm-up", 20));
    private static final Duration MEASURED = Duration.ofSeconds(Integer.getInteger("speed.seconds", 20));
    private static final double TICKS_PER_SECOND = 100;

    private final PostgresServer server;
    private final String url;

    private ClusterSpeed(PostgresServer server, String database) throws SQLException {
        this.server = server;
        server.execute("create database " + database);
        this.url = server.url(database);
    }

    public static void main(String[] args) throws Exception {
        int most = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        System.out.printf("%d processors, load %s, %s people in a closed loop, %d s measured after %d s%n",
                Runtime.getRuntime().availableProcessors(),
                Files.readString(Path.of("/proc/loadavg")).split(" ")[0], PEOPLE, MEASURED.toSeconds(), WARM_UP.toSeconds());
        try (PostgresServer server = PostgresServer.started("shared_buffers = '512MB'")) {
            new ClusterSpeed(server, "alone").database();
            for (int nodes = 1; nodes <= most; nodes++) {
                new ClusterSpeed(server, "nodes" + nodes).nodes(nodes);
            }
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, "postgres", null);
    }

    private interface Task {
        void run(Connection connection) throws SQLException;
    }

    /** How often these connections together did it in a second. */
    private double rate(int connections, Task task) throws Exception {
        LongAdder done = new LongAdder();
        List<Thread> threads = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        for (int number = 0; number < connections; number++) {
            Thread thread = new Thread(() -> {
                try (Connection connection = connect()) {
                    while (System.nanoTime() < end) {
                        task.run(connection);
                        done.increment();
                    }
                } catch (SQLException e) {
                    e.printStackTrace();
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return done.sum() / 5.0;
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The database by itself: commits and claims. */
    private void database() throws Exception {
        server.execute("select 1");
        try (Connection connection = connect()) {
            run(connection, "create table line (id bigserial primary key, text text)");
            run(connection, "create table conversation (id bigint primary key, owner varchar(64), fence bigint not null default 0,"
                    + " waiting integer not null, ready_at bigint not null)");
            run(connection, "create index conversation_waiting on conversation (ready_at) where waiting = 1 and owner is null");
        }
        String insert = "insert into line (text) values (repeat('x', 500))";
        for (int connections : new int[] { 1, 4, 16 }) {
            double before = databaseCpu();
            double commits = rate(connections, connection -> run(connection, insert));
            System.out.printf(Locale.ROOT, "PostgreSQL alone, %2d connections: %6.0f commits/s of one row, %.3f ms of CPU each%n",
                    connections, commits, (databaseCpu() - before) / 5 / commits * 1000);
        }
        String twenty = "begin; " + (insert + "; ").repeat(20) + "commit";
        double cpu = databaseCpu();
        double transactions = rate(1, connection -> run(connection, twenty));
        System.out.printf(Locale.ROOT, "PostgreSQL alone,  1 connection:  %6.0f commits/s of 20 rows, %.3f ms of CPU each%n", transactions,
                (databaseCpu() - cpu) / 5 / transactions * 1000);
        double within = rate(4, connection -> run(connection, "begin; " + insert + "; select pg_notify('c', 'x'); commit"));
        double after = rate(4, connection -> {
            run(connection, insert);
            run(connection, "select pg_notify('c', 'x')");
        });
        System.out.printf(Locale.ROOT, "PostgreSQL alone,  4 connections: %6.0f commits/s of one row with a notification in them, %.0f with one"
                + " after each%n", within, after);
        try (Connection connection = connect()) {
            run(connection, "insert into conversation select n, null, 0, 1, n from generate_series(1, 300000) n");
            run(connection, "analyze conversation");
        }
        for (int connections : new int[] { 1, 4 }) {
            double before = databaseCpu();
            double claims = 100 * rate(connections, connection -> run(connection, """
                    with k as (select id from conversation where waiting = 1 and owner is null order by ready_at limit 100
                        for update skip locked)
                    update conversation c set owner = 'me', fence = c.fence + 1 from k where c.id = k.id returning c.id"""));
            System.out.printf(Locale.ROOT, "PostgreSQL alone, %2d connections: %6.0f claims/s by 100 a look, %.3f ms of CPU each%n",
                    connections, claims, (databaseCpu() - before) / 5 / claims * 1000);
        }
    }

    private static double ticks(long pid, int... fields) {
        try {
            String[] stat = Files.readString(Path.of("/proc/" + pid + "/stat")).replaceFirst(".*\\) ", "").split(" ");
            double sum = 0;
            for (int field : fields) {
                sum += Long.parseLong(stat[field]);
            }
            return sum;
        } catch (IOException e) {
            // it has ended, and its parent has its time by now
            return 0;
        }
    }

    /** CPU seconds of all the server's processes so far. */
    private double databaseCpu() throws IOException {
        ProcessHandle main = ProcessHandle.of(server.pid()).orElseThrow();
        return (main.descendants().mapToDouble(each -> ticks(each.pid(), 11, 12)).sum() + ticks(main.pid(), 11, 12, 13, 14))
                / TICKS_PER_SECOND;
    }

    /** At one moment. */
    private record Sample(long nanos, double nodesCpu, double databaseCpu, double ownCpu, long commits, long rows, long syncs,
            long walBytes, double claims, long answers) {
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = connect(); Statement statement = connection.createStatement(); var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static double metric(PackagedJar.Run run, String name) throws Exception {
        URI address = URI.create(run.managementUrl() + "/observe/metrics");
        String metrics = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString()).body();
        Matcher line = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? ([\\d.E+]+)").matcher(metrics);
        return line.find() ? Double.parseDouble(line.group(1)) : 0;
    }

    private void nodes(int count) throws Exception {
        List<PackagedJar> jars = new ArrayList<>();
        List<PackagedJar.Run> runs = new ArrayList<>();
        Map<String, Instant> said = new ConcurrentHashMap<>();
        List<Long> waits = new ArrayList<>();
        LongAdder answers = new LongAdder();
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults().recordSize(10_000))) {
            for (int number = 0; number < count; number++) {
                PackagedJar jar = PackagedJar.facing(simulator).env("DINGTALK_CLUSTER", "true").env("DINGTALK_STORE_URL", url)
                        .env("DINGTALK_STORE_USER", "postgres").env("DINGTALK_STREAM", "true").option("-XX:TieredStopAtLevel=4");
                jars.add(jar);
                runs.add(jar.launch());
            }
            for (PackagedJar.Run run : runs) {
                run.awaitStart();
            }
            Map<String, String> people = new ConcurrentHashMap<>();
            for (int person = 0; person < PEOPLE; person++) {
                people.put(simulator.dm(Bot.APP_KEY, "person" + person), "person" + person);
            }
            simulator.watch(delivery -> answered(simulator, delivery, people, said, waits, answers));
            people.forEach((conversation, person) -> say(simulator, person, conversation, said));
            ClusterUnderLoad.pause(WARM_UP);
            Sample before = sample(runs, answers);
            synchronized (waits) {
                waits.clear();
            }
            ClusterUnderLoad.pause(MEASURED);
            Sample after = sample(runs, answers);
            synchronized (waits) {
                report(count, before, after, waits.stream().mapToLong(Long::longValue).sorted().toArray());
            }
        } finally {
            for (PackagedJar jar : jars) {
                jar.close();
            }
        }
    }

    private static void say(Simulator simulator, String person, String conversation, Map<String, Instant> said) {
        said.put(conversation, Instant.now());
        simulator.sayAsync(UserMessage.text("hello").from(person).byStream()).thenAccept(result -> {
            if (!result.accepted()) {
                CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(() -> say(simulator, person, conversation, said));
            }
        });
    }

    private static void answered(Simulator simulator, Delivery delivery, Map<String, String> people, Map<String, Instant> said,
            List<Long> waits, LongAdder answers) {
        String conversation = delivery.conversationId();
        synchronized (waits) {
            waits.add(Duration.between(said.get(conversation), delivery.time()).toMillis());
        }
        answers.increment();
        say(simulator, people.get(conversation), conversation, said);
    }

    private Sample sample(List<PackagedJar.Run> runs, LongAdder answers) throws Exception {
        double claims = 0;
        double cpu = 0;
        for (PackagedJar.Run run : runs) {
            claims += metric(run, "dingtalk_cluster_claims_total");
            cpu += ticks(run.process().pid(), 11, 12) / TICKS_PER_SECOND;
        }
        return new Sample(System.nanoTime(), cpu, databaseCpu(), ticks(ProcessHandle.current().pid(), 11, 12) / TICKS_PER_SECOND,
                number("select xact_commit from pg_stat_database where datname = current_database()"),
                number("select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables"),
                number("select wal_sync from pg_stat_wal"),
                number("select pg_current_wal_lsn() - '0/0'::pg_lsn"), claims, answers.sum());
    }

    private static void report(int nodes, Sample before, Sample after, long[] waits) {
        double seconds = (after.nanos - before.nanos) / 1e9;
        double messages = after.answers - before.answers;
        System.out.printf(Locale.ROOT, "%d nodes: %.0f messages/s; CPU ms a message: nodes %.2f, database %.2f, simulator and people %.2f;"
                + " a message: %.2f transactions, %.1f rows, %.2f syncs, %.1f kB of log, %.2f claims;"
                + " answered in %d ms (median), %d ms (99 %%)%n",
                nodes,
                messages / seconds, (after.nodesCpu - before.nodesCpu) * 1000 / messages,
                (after.databaseCpu - before.databaseCpu) * 1000 / messages,
                (after.ownCpu - before.ownCpu) * 1000 / messages, (after.commits - before.commits) / messages,
                (after.rows - before.rows) / messages, (after.syncs - before.syncs) / messages,
                (after.walBytes - before.walBytes) / messages / 1024, (after.claims - before.claims) / messages,
                waits.length == 0 ? 0 : waits[waits.length / 2], waits.length == 0 ? 0 : waits[waits.length * 99 / 100]);
    }
}
