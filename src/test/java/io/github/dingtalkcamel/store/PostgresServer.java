package io.github.dingtalkcamel.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.dingtalkcamel.Ports;

/**
 * A PostgreSQL server of the machine's own installation, which tests stop, restart and replace by its standby. Its programs are found
 * by the environment variable {@code PGBIN}, else below /usr/lib/postgresql, else on the path. Its user {@code postgres} needs no password.
 */
public final class PostgresServer implements AutoCloseable {

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final Path home;
    private final int port;

    private PostgresServer(Path home, int port) {
        this.home = home;
        this.port = port;
    }

    /** How a server ends. */
    public enum Stop {
        /** Connections end, then the server: what {@code systemctl restart} does. */
        FAST,
        /** At once, as by a power cut: the next start recovers from the log. */
        IMMEDIATE
    }

    /** A new server, running. It syncs its commits to the disk. */
    public static PostgresServer started(String... settings) throws IOException {
        PostgresServer server = new PostgresServer(home(), Ports.quiet());
        server.run("initdb", "-D", server.data(), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8");
        List<String> lines = new ArrayList<>(List.of("port = " + server.port, "listen_addresses = '127.0.0.1'",
                "unix_socket_directories = '" + server.home + "'"));
        lines.addAll(List.of(settings));
        server.configure(lines);
        server.start();
        return server;
    }

    /** A standby of this server, running, to which it streams. */
    public PostgresServer standby() throws IOException {
        PostgresServer standby = new PostgresServer(home(), Ports.quiet());
        standby.run("pg_basebackup", "-D", standby.data(), "-h", "127.0.0.1", "-p", String.valueOf(port), "-U", "postgres", "-R",
                "-X", "stream", "-c", "fast");
        standby.configure(List.of("port = " + standby.port, "unix_socket_directories = '" + standby.home + "'"));
        standby.start();
        return standby;
    }

    private void configure(List<String> lines) throws IOException {
        Path file = Path.of(data(), "postgresql.conf");
        Files.writeString(file, Files.readString(file) + "\n" + String.join("\n", lines) + "\n");
    }

    private static Path home() throws IOException {
        Path home = Files.createTempDirectory("dingtalk-postgres");
        if (ROOT) {
            // PostgreSQL does not run as root
            execute(List.of("chown", "postgres", home.toString()));
        }
        return home;
    }

    private String data() {
        return home.resolve("data").toString();
    }

    public void start() throws IOException {
        run("pg_ctl", "-D", data(), "-w", "-t", "60", "-l", home.resolve("log").toString(), "start");
    }

    public void stop(Stop how) throws IOException {
        run("pg_ctl", "-D", data(), "-w", "-t", "60", "-m", how.name().toLowerCase(), "stop");
    }

    /** A standby becomes a primary. */
    public void promote() throws IOException {
        run("pg_ctl", "-D", data(), "-w", "-t", "60", "promote");
    }

    /** Commits wait from now on until a standby has them on its disk. */
    public void synchronous() throws SQLException {
        execute("alter system set synchronous_standby_names = '*'", "select pg_reload_conf()");
    }

    public void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url("postgres"), "postgres", null);
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    /** Of the server's main process, whose children are the others. */
    public long pid() throws IOException {
        return Long.parseLong(Files.readAllLines(Path.of(data(), "postmaster.pid")).get(0));
    }

    public int port() {
        return port;
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    private static String program(String name) throws IOException {
        String set = System.getenv("PGBIN");
        if (set != null) {
            return Path.of(set, name).toString();
        }
        Path installed = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(installed)) {
            try (Stream<Path> versions = Files.list(installed)) {
                return versions.map(version -> version.resolve("bin").resolve(name)).filter(Files::isExecutable)
                        .max(Comparator.naturalOrder()).map(Path::toString).orElse(name);
            }
        }
        return name;
    }

    private void run(String program, String... words) throws IOException {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        command.add(program(program));
        command.addAll(List.of(words));
        execute(command);
    }

    private static void execute(List<String> command) throws IOException {
        Path said = Files.createTempFile("dingtalk-postgres", ".log");
        try {
            Process process = new ProcessBuilder(command).directory(Path.of("/").toFile()).redirectErrorStream(true)
                    .redirectOutput(said.toFile()).start();
            if (!process.waitFor(120, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(command + " failed: " + Files.readString(said));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            Files.delete(said);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            stop(Stop.IMMEDIATE);
        } catch (IOException e) {
            // a test stopped it
        }
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
}
