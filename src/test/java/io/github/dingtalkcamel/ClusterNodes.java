package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.turn.AgentConstants;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.awaitility.Awaitility;

/**
 * Applications in this JVM on one PostgreSQL store, each with a way to the database that can be cut. Their agent answers {@code re: TEXT};
 * a text that begins with {@code slow} or {@code typing} is answered when the test lets it, the latter is shown in a card meanwhile, and
 * one that begins with {@code fail} fails until then.
 */
final class ClusterNodes implements AutoCloseable {

    static final String TOKEN = "cluster-test-token-0123456789-abcdefgh";
    /** An integration whose messages the tests leave out. */
    static final String CLOSED_KEY = "dingtest000000000002";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String AGENT = """
            - route:
                id: gated
                from:
                  uri: agent:gated
                  parameters:
                    trigger: main
                  steps:
                    - process:
                        ref: gate
            """;

    /** What agents were asked, as "node text". */
    final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    /** The session of each of them. */
    final ConcurrentLinkedQueue<String> sessions = new ConcurrentLinkedQueue<>();
    /** What other systems were told, as "node type conversation". */
    final ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    private volatile CountDownLatch open = new CountDownLatch(1);
    private final List<Bot> nodes = new ArrayList<>();
    private final List<CutConnection> ways = new ArrayList<>();

    ClusterNodes(Path folder, int count, Map<String, String> more) throws Exception {
        String url = EachStore.POSTGRESQL.freshUrl(folder);
        for (int number = 0; number < count; number++) {
            nodes.add(start(number, URI.create(url.substring("jdbc:".length())), more));
        }
    }

    private Bot start(int number, URI database, Map<String, String> more) throws Exception {
        CutConnection way = new CutConnection(database.getPort());
        ways.add(way);
        Map<String, String> settings = new HashMap<>(Map.of("dingtalk.cluster", "true",
                "dingtalk.store-url", "jdbc:postgresql://127.0.0.1:" + way.port() + database.getPath(), "dingtalk.store-user", "postgres",
                "dingtalk.api-token", TOKEN, "dingtalk.streaming", "card", "dingtalk.streaming-card-template-id", "own.schema",
                "dingtalk.outbox", "bean:told"));
        settings.putAll(Map.of("dingtalk.integrations.closed.app-key", CLOSED_KEY, "dingtalk.integrations.closed.app-secret", Bot.APP_SECRET,
                "dingtalk.integrations.closed.callback-token", Bot.CALLBACK_TOKEN, "dingtalk.integrations.closed.callback-aes-key", Bot.AES_KEY,
                "dingtalk.integrations.closed.dm-policy", "disabled", "dingtalk.integrations.closed.group-policy", "disabled",
                "dingtalk.integrations.closed.language", "en"));
        settings.putAll(more);
        Bot bot = nodes.isEmpty() ? Bot.withSettings(settings, SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(60))) : nodes.get(0).another(settings);
        if (nodes.isEmpty()) {
            bot.simulator().addApp(SimulatedApp.of(CLOSED_KEY, Bot.APP_SECRET).withEncryption(Bot.CALLBACK_TOKEN, Bot.AES_KEY));
        }
        bot.set("dingtalk.webhook", bot.simulator().url() + "/robot/send?access_token=robot-token");
        // clicks on cards come by Stream
        bot.set("dingtalk.stream", String.valueOf(number == 1)).set("dingtalk.stream-connections", "1");
        return bot.route("gated.camel.yaml", AGENT).bean("gate", (Processor) exchange -> ask(number, exchange))
                .bean("told", (Processor) exchange -> told.add(number + " " + exchange.getMessage().getHeader("CamelDingTalkEventType") + " "
                        + exchange.getMessage().getHeader("CamelDingTalkConversationId")))
                .start();
    }

    private void ask(int node, Exchange exchange) throws InterruptedException {
        String text = exchange.getMessage().getBody(String.class);
        sessions.add(exchange.getMessage().getHeader(AgentConstants.SESSION_ID, String.class));
        asked.add(node + " " + text);
        CountDownLatch gate = open;
        if (text.startsWith("fail") && gate.getCount() > 0) {
            throw new IllegalStateException("bad mood");
        }
        if (text.startsWith("typing")) {
            exchange.getProperty(ReplyDraft.PROPERTY, ReplyDraft.class).update("so far");
        }
        if (text.startsWith("slow") || text.startsWith("typing")) {
            gate.await(150, TimeUnit.SECONDS);
        }
        exchange.getMessage().setBody("re: " + text);
    }

    /** Lets agents answer from now on. */
    void open() {
        open.countDown();
    }

    /** Makes them wait from now on. */
    void shut() {
        open = new CountDownLatch(1);
    }

    Bot get(int number) {
        return nodes.get(number);
    }

    CutConnection way(int number) {
        return ways.get(number);
    }

    List<CutConnection> ways() {
        return ways;
    }

    Simulator simulator() {
        return nodes.get(0).simulator();
    }

    /** A user says it, by that node's webhook. */
    String say(int node, UserMessage message) {
        // refused while the conversation is full
        return Awaitility.await().atMost(Bot.PATIENCE).until(() -> push(node, message), PushResult::accepted).conversationId();
    }

    PushResult push(int node, UserMessage message) {
        simulator().callbackUrl(Bot.APP_KEY, nodes.get(node).webhookUrl());
        return simulator().say(message.byWebhook());
    }

    void awaitAsked(String what) {
        Awaitility.await().atMost(Bot.PATIENCE.multipliedBy(2)).until(() -> asked.contains(what));
    }

    /** What was asked that ends so, on whichever node. */
    List<String> asked(String end) {
        return asked.stream().filter(text -> text.endsWith(end)).toList();
    }

    @SafeVarargs
    final void awaitRows(String sql, List<Object>... rows) {
        Bot any = nodes.get(nodes.size() - 1);
        Awaitility.await().atMost(Bot.PATIENCE).untilAsserted(() -> assertThat(any.rows(sql)).containsExactly(rows));
    }

    CompletableFuture<HttpResponse<String>> api(int node, String path, String json) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(nodes.get(node).webhookUrl()).resolve("/api/dingtalk/" + path))
                .header("Authorization", "Bearer " + TOKEN);
        return HTTP.sendAsync(json == null ? request.build() : request.header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)).build(), HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> tool(int node, String json) {
        return api(node, "tools/dingtalk_send_text_notification", json);
    }

    /** A figure of a node's metrics. */
    double metric(int node, String name) {
        try {
            return nodes.get(node).get(nodes.get(node).managementUrl() + "/observe/metrics").body().lines()
                    .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws Exception {
        open.countDown();
        ways.forEach(CutConnection::mend);
        for (int number = nodes.size() - 1; number >= 0; number--) {
            nodes.get(number).close();
        }
        ways.forEach(CutConnection::close);
    }
}
