package io.github.dingtalkcamel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.awaitility.Awaitility;

/** A Kafka of one node (KRaft) in a JVM of its own, which can be killed as {@code kill -9} does and started again on the same log. */
final class KafkaServer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path directory;
    private final String classPath;
    private final int port = Ports.quiet();
    private Process process;

    /** @param classPath of the server's jars */
    KafkaServer(Path directory, String classPath) throws IOException {
        this.directory = directory;
        this.classPath = classPath;
        int controller = Ports.quiet();
        Path data = Files.createDirectories(directory.resolve("data"));
        // what kafka-storage format writes
        Files.writeString(data.resolve("meta.properties"), "version=1\nnode.id=1\ncluster.id=4L6g3nShT-eMCtK--X86sw\n");
        Files.writeString(directory.resolve("server.properties"), """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                controller.listener.names=CONTROLLER
                log.dirs=%3$s
                offsets.topic.replication.factor=1
                num.partitions=3
                """.formatted(port, controller, data));
        start();
    }

    String brokers() {
        return "127.0.0.1:" + port;
    }

    /** Starts it, or starts it again, and waits until it takes connections. */
    void start() throws IOException {
        Path log = Files.createTempFile(directory, "out", ".txt");
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx256m", "-cp", classPath, "kafka.Kafka", directory.resolve("server.properties").toString())
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        Awaitility.await().atMost(PATIENCE).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("Kafka ended with " + process.exitValue() + ":\n" + Files.readString(log));
            }
            return listens();
        });
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** SIGKILL. */
    void kill9() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill9();
    }
}
