package io.github.dingtalkcamel.bench;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

import com.sun.tools.attach.VirtualMachine;
import io.github.dingtalkcamel.Ports;
import org.awaitility.Awaitility;

/** A contender at work: a new process in a directory of its own, with an app of its own. */
final class MeasuredProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String SECRET = "bench-app-secret";

    private final Path home;
    private final Process process;
    private final String appKey;
    private final double startSeconds;
    private final double startCpuSeconds;
    private JMXConnector connector;

    /**
     * What is allocated until a moment, by live thread; on Java 21 and newer as one sum, under 0.
     */
    record Allocated(Map<Long, Long> bytes) {

        long since(Allocated before) {
            return bytes.entrySet().stream().mapToLong(each -> each.getValue() - before.bytes.getOrDefault(each.getKey(), 0L))
                    .filter(each -> each > 0).sum();
        }
    }

    private MeasuredProcess(Contender contender, Driver driver, String appKey) throws Exception {
        this.appKey = appKey;
        this.home = Files.createTempDirectory("dingtalk-camel-bench");
        int webhookPort = Ports.quiet();
        int managementPort = Ports.quiet();
        driver.app(appKey, SECRET, contender.webhook() ? "http://127.0.0.1:" + webhookPort + "/api/dingtalk/webhook/main" : null);
        Path out = home.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(command(contender, driver.url())).directory(home.toFile()).redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment(contender, driver.url(), webhookPort, managementPort));
        long launched = System.nanoTime();
        process = builder.start();
        URI ready = URI.create("http://127.0.0.1:" + managementPort + "/observe/health/ready");
        try {
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
                if (!process.isAlive()) {
                    throw new AssertionError(contender.name() + " ended with " + process.exitValue() + ":\n" + Files.readString(out));
                }
                return contender.isOfficial() ? Files.readString(out).contains("ready") : isReady(ready);
            });
            startSeconds = (System.nanoTime() - launched) / 1e9;
            startCpuSeconds = Usage.of(process).cpuSeconds();
            driver.awaitEcho(appKey, contender.webhook());
        } catch (Exception | AssertionError e) {
            String log = Files.readString(out);
            close();
            throw new IOException(contender.name() + " did not start: " + e.getMessage() + "\n" + log, e);
        }
    }

    static MeasuredProcess start(Contender contender, Driver driver, String appKey) throws Exception {
        return new MeasuredProcess(contender, driver, appKey);
    }

    private List<String> command(Contender contender, String url) {
        if (contender.isByScript()) {
            // it becomes the program, so the process is the one to measure
            return List.of(UnpackedDistribution.script(contender.program()).toString());
        }
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(contender.options());
        command.addAll(contender.isOfficial() ? List.of("-cp", classPath(), OfficialEcho.class.getName(), url, appKey, SECRET)
                : List.of("-jar", contender.program().toString()));
        return command;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** That of this process, for one that works in another directory. */
    static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private Map<String, String> environment(Contender contender, String url, int webhookPort, int managementPort) {
        Map<String, String> environment = new TreeMap<>(Map.of("LOG_LEVEL", "WARN", "LC_ALL", "C.UTF-8"));
        if (!contender.isOfficial()) {
            environment.putAll(Map.of("DINGTALK_APP_KEY", appKey, "DINGTALK_APP_SECRET", SECRET,
                    "DINGTALK_API_BASE_URL", url, "DINGTALK_OAPI_BASE_URL", url, "DINGTALK_LANGUAGE", "en",
                    "DINGTALK_WEBHOOK_PORT", String.valueOf(webhookPort), "DINGTALK_MANAGEMENT_PORT", String.valueOf(managementPort),
                    "DINGTALK_STREAM", String.valueOf(!contender.webhook())));
        }
        if (contender.isByScript()) {
            environment.putAll(Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "JAVA_HOME", System.getProperty("java.home"),
                    "DINGTALK_HOME", home.toString(), "JAVA_OPTS", String.join(" ", contender.options())));
        }
        return environment;
    }

    private static boolean isReady(URI url) throws InterruptedException {
        try {
            return HTTP.send(HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(5)).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    String appKey() {
        return appKey;
    }

    Process process() {
        return process;
    }

    /** From the launch until it could take messages. */
    double startSeconds() {
        return startSeconds;
    }

    /** CPU that it had used by then. */
    double startCpuSeconds() {
        return startCpuSeconds;
    }

    /** What was allocated so far. Connects by JMX at the first call, which loads classes in the process: measure memory before. */
    Allocated allocated() throws Exception {
        MBeanServerConnection jmx = jmx();
        ObjectName threads = new ObjectName("java.lang:type=Threading");
        if (Arrays.stream(jmx.getMBeanInfo(threads).getAttributes())
                .anyMatch(attribute -> attribute.getName().equals("TotalThreadAllocatedBytes"))) {
            return new Allocated(Map.of(0L, (Long) jmx.getAttribute(threads, "TotalThreadAllocatedBytes")));
        }
        long[] ids = (long[]) jmx.getAttribute(threads, "AllThreadIds");
        long[] bytes = (long[]) jmx.invoke(threads, "getThreadAllocatedBytes", new Object[] {ids}, new String[] {long[].class.getName()});
        Map<Long, Long> byThread = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            byThread.put(ids[i], Math.max(0, bytes[i]));
        }
        return new Allocated(byThread);
    }

    /** Begins a recording of Flight Recorder, with the settings of {@code profile}. */
    void beginRecording() throws Exception {
        diagnose("jfrStart", "name=bench", "settings=profile");
    }

    /** Ends the recording and writes it to a file. */
    void endRecording(Path file) throws Exception {
        diagnose("jfrStop", "name=bench", "filename=" + file.toAbsolutePath());
    }

    private void diagnose(String command, String... arguments) throws Exception {
        jmx().invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), command, new Object[] {arguments},
                new String[] {String[].class.getName()});
    }

    private MBeanServerConnection jmx() throws Exception {
        if (connector == null) {
            VirtualMachine machine = VirtualMachine.attach(String.valueOf(process.pid()));
            try {
                connector = JMXConnectorFactory.connect(new JMXServiceURL(machine.startLocalManagementAgent()));
            } finally {
                machine.detach();
            }
        }
        return connector.getMBeanServerConnection();
    }

    @Override
    public void close() throws IOException {
        if (connector != null) {
            connector.close();
        }
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
}
