package io.github.dingtalkcamel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.turn.KeyedQueue;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.awaitility.Awaitility;

/**
 * The whole application in this JVM, on free ports and in a temporary folder, with a simulator of its own for DingTalk: what most tests
 * talk to.
 *
 * <pre>
 * try (Bot bot = Bot.withSettings(Map.of("dingtalk.max-running-turns", "4")).route("slow.camel.yaml", yaml).start()) {
 *     bot.say("hello");
 *     assertThat(bot.awaitReplies("staff001", 1)).containsExactly("hello");
 * }
 * </pre>
 */
public final class Bot implements AutoCloseable {

    public static final String APP_KEY = "dingtest000000000001";
    public static final String APP_SECRET = "test-app-secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ";
    public static final String CALLBACK_TOKEN = "tok3nForTest";
    public static final String AES_KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Path home;
    private final Map<String, String> settings = new HashMap<>();
    private final Map<String, Object> beans = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();
    private final Simulator simulator;
    private DingTalkMain main;
    private Thread thread;

    private final boolean ownsSimulator;

    private Bot(Map<String, String> more, SimulatorOptions options) throws IOException {
        this(more, Simulator.start(options), true);
        simulator.addApp(SimulatedApp.of(APP_KEY, APP_SECRET).withEncryption(CALLBACK_TOKEN, AES_KEY));
    }

    private Bot(Map<String, String> more, Simulator simulator, boolean ownsSimulator) throws IOException {
        home = Files.createTempDirectory("dingtalk-camel-test");
        Files.createDirectories(home.resolve("routes"));
        this.simulator = simulator;
        this.ownsSimulator = ownsSimulator;
        settings.put("dingtalk.app-key", APP_KEY);
        settings.put("dingtalk.app-secret", APP_SECRET);
        settings.put("dingtalk.callback-token", CALLBACK_TOKEN);
        settings.put("dingtalk.callback-aes-key", AES_KEY);
        // tests of Stream switch it on
        settings.put("dingtalk.stream", "false");
        settings.put("dingtalk.language", "en");
        settings.put("dingtalk.api-base-url", simulator.url());
        settings.put("dingtalk.oapi-base-url", simulator.url());
        settings.put("dingtalk.webhook-host", "127.0.0.1");
        settings.put("dingtalk.webhook-port", "0");
        settings.put("dingtalk.management-port", "0");
        settings.put("dingtalk.data-dir", home.resolve("data").toString());
        settings.put("dingtalk.routes-dir", home.resolve("routes").toString());
        settings.put("dingtalk.shutdown-timeout", "5");
        settings.putAll(more);
        // tests of the webhook have no use for connections; those of Stream switch them on
        more.keySet().stream().filter(name -> name.matches("dingtalk\\.integrations\\.[a-z0-9]+\\.app-key"))
                .forEach(name -> settings.putIfAbsent(name.replace("app-key", "stream"), "false"));
    }

    /** A bot that is not started yet, with the integration {@code main} set and these settings besides. */
    public static Bot withSettings(Map<String, String> more) throws IOException {
        return withSettings(more, SimulatorOptions.defaults());
    }

    /** The same with a simulator of one's choice. */
    public static Bot withSettings(Map<String, String> more, SimulatorOptions options) throws IOException {
        return new Bot(more, options);
    }

    /** One more process that faces the same simulator as another bot. */
    public Bot another(Map<String, String> more) throws IOException {
        return new Bot(more, simulator, false);
    }

    /** A started bot with default settings. */
    public static Bot started() throws Exception {
        return withSettings(Map.of()).start();
    }

    /** Puts a file into the routes directory. */
    public Bot route(String file, String yaml) throws IOException {
        Files.writeString(home.resolve("routes").resolve(file), yaml);
        return this;
    }

    public Bot set(String setting, String value) {
        settings.put(setting, value);
        return this;
    }

    /** A bean that routes can call. */
    public Bot bean(String name, Object bean) {
        beans.put(name, bean);
        return this;
    }

    /** A property of Camel's, or of routes. */
    public Bot property(String name, String value) {
        properties.put(name, value);
        return this;
    }

    /** Starts, or starts again on the same data. */
    public Bot start() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        Exception[] failure = new Exception[1];
        main = new DingTalkMain(Map.of(), settings);
        // Camel's own would keep each application of the tests in memory by a shutdown hook of the JVM
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        // back-off at a hundredth of its usual pace
        main.addInitialProperty("delivery.redelivery-delay", "10");
        properties.forEach(main::addInitialProperty);
        beans.forEach(main::bind);
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void afterStart(BaseMainSupport ready) {
                started.countDown();
            }
        });
        thread = new Thread(() -> {
            try {
                main.run();
            } catch (Exception e) {
                failure[0] = e;
            } finally {
                started.countDown();
            }
        }, "bot");
        thread.start();
        if (!started.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the application did not start");
        }
        if (failure[0] != null) {
            throw failure[0];
        }
        simulator.callbackUrl(APP_KEY, webhookUrl());
        return this;
    }

    /** Stops as SIGTERM does. */
    public void stop() throws Exception {
        if (main != null) {
            main.completed();
            thread.join(TimeUnit.SECONDS.toMillis(60));
            main.stop();
            main = null;
        }
    }

    @Override
    public void close() throws Exception {
        try {
            stop();
        } finally {
            if (ownsSimulator) {
                simulator.close();
            }
            try (Stream<Path> files = Files.walk(home)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
    }

    public Simulator simulator() {
        return simulator;
    }

    public CamelContext context() {
        return main.getCamelContext();
    }

    /** Lets the chat page of the bot's simulator choose agents, as it does in the application's own simulator. */
    public void chooseAgentsOnThePage() {
        simulator.agents(main.beans().chosenAgents());
    }

    public KeyedQueue queue() {
        return main.beans().queue();
    }

    public Store store() {
        return main.beans().store();
    }

    /** The settings as they were given, with the ports once they are taken: what a command that is run beside the bot would read. */
    public Map<String, String> given() {
        Map<String, String> given = new HashMap<>(settings);
        if (main != null) {
            given.put("dingtalk.webhook-port", String.valueOf(main.beans().settings().webhookPort()));
            given.put("dingtalk.management-port", String.valueOf(main.beans().settings().managementPort()));
        }
        return given;
    }

    public Path home() {
        return home;
    }

    public String webhookUrl() {
        return webhookUrl("main");
    }

    public String webhookUrl(String integration) {
        return "http://127.0.0.1:" + main.beans().settings().webhookPort() + "/api/dingtalk/webhook/" + integration;
    }

    public String managementUrl() {
        return "http://127.0.0.1:" + main.beans().settings().managementPort();
    }

    /** {@code staff001} says something to the robot in a DM, proved as DingTalk would. */
    public PushResult say(String text) {
        return say(UserMessage.text(text));
    }

    public PushResult say(UserMessage said) {
        return simulator.say(said);
    }

    /** What people in a conversation have been shown, once it is at least so much. */
    public List<String> awaitReplies(String conversationId, int atLeast) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> replies(conversationId).size() >= atLeast);
        return replies(conversationId);
    }

    public List<String> replies(String conversationId) {
        return simulator.deliveriesTo(conversationId).stream().map(Delivery::text).toList();
    }

    /** Rows of a query, a list of columns each. */
    public List<List<Object>> rows(String sql) {
        return store().read(connection -> {
            try (var statement = connection.createStatement(); var result = statement.executeQuery(sql)) {
                List<List<Object>> rows = new ArrayList<>();
                while (result.next()) {
                    List<Object> row = new ArrayList<>();
                    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        row.add(result.getObject(i));
                    }
                    rows.add(row);
                }
                return rows;
            }
        });
    }

    /** How many rows each table of the store has, the schema's own history aside. */
    public Map<String, Long> rowCounts() {
        Map<String, Long> counts = new TreeMap<>();
        for (List<Object> table : rows(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name <> 'dingtalk_schema_history'")) {
            counts.put((String) table.get(0), ((Number) rows("select count(*) from " + table.get(0)).get(0).get(0)).longValue());
        }
        return counts;
    }

    public HttpResponse<String> get(String url) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Posts to the webhook, with headers of the caller's choice. */
    public HttpResponse<String> post(String url, byte[] body, Function<HttpRequest.Builder, HttpRequest.Builder> more) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(body));
        return HTTP.send(more.apply(request).build(), HttpResponse.BodyHandlers.ofString());
    }
}
