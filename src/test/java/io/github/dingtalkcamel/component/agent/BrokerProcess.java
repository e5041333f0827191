package io.github.dingtalkcamel.component.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.github.dingtalkcamel.Ports;
import jakarta.jms.ConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.awaitility.Awaitility;

/** A {@link Broker} in a JVM of its own, which a test can kill as {@code kill -9} does and start again on the same journal. */
public final class BrokerProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STARTED = "the broker has started";

    private final Path directory;
    private final int port;
    private Process process;

    public BrokerProcess(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        port = Ports.quiet();
        start();
    }

    /** The process: a directory and a port. */
    public static void main(String[] arguments) throws Exception {
        new Broker(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
        System.out.println(STARTED);
        // it ends with the test also where nothing stops it: standard input ends then
        while (System.in.read() >= 0) {
            // nothing is said to it
        }
        Runtime.getRuntime().halt(0);
    }

    public String url() {
        return Broker.url(port);
    }

    public ConnectionFactory factory() {
        return new ActiveMQConnectionFactory(url());
    }

    /** Starts it, or starts it again, and waits until it takes connections. */
    public void start() throws IOException {
        Path log = Files.createTempFile(directory, "out", ".txt");
        String tests = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx128m", "-cp", tests, BrokerProcess.class.getName(), directory.toString(), String.valueOf(port))
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        Awaitility.await().atMost(PATIENCE).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("ended with " + process.exitValue() + ":\n" + Files.readString(log));
            }
            return Files.readString(log).contains(STARTED);
        });
    }

    /** SIGKILL. */
    public void kill9() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill9();
    }
}
