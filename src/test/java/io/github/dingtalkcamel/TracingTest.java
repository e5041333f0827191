package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.settings.StartException;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.tracing.MemoryTraces;
import io.github.dingtalkcamel.tracing.TracingConfiguration;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One trace from a message to the last chunk of its reply, as an exporter gets it. */
class TracingTest {

    private static final String TOKEN = "api-token-0123456789";
    private static final String CALLERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /** What Prometheus accepts. */
    private static final String PROMETHEUS = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    private final BlockingQueue<Optional<String>> traceparents = new LinkedBlockingQueue<>();
    private HttpServer service;
    private Bot bot;

    @BeforeEach
    void listen() throws Exception {
        MemoryTraces.forget();
        service = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        service.createContext("/", exchange -> {
            traceparents.add(Optional.ofNullable(exchange.getRequestHeaders().getFirst("traceparent")));
            byte[] reply = "first\n\n".concat("x".repeat(150)).concat("\n\nlast").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
            exchange.close();
        });
        service.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (bot != null) {
            bot.close();
        }
        service.stop(0);
    }

    /** An agent behind HTTP, whose answers have two chunks. */
    private Bot withAgent(Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("dingtalk.fallback-agent", "remote");
        all.put("dingtalk.max-message-length", "100");
        all.put("dingtalk.api-token", TOKEN);
        bot = Bot.withSettings(all).route("remote.camel.yaml", """
                - route:
                    id: remote
                    from:
                      uri: agent:remote
                      steps:
                        - to: direct:ask-service
                - route:
                    id: ask-service
                    from:
                      uri: direct:ask-service
                      steps:
                        - setHeader: { name: CamelHttpMethod, constant: POST }
                        - to: http://127.0.0.1:%d/ask?token=s3cret-of-the-service
                """.formatted(service.getAddress().getPort()));
        bot.set("dingtalk.webhook", bot.simulator().url() + "/robot/send?access_token=r0bot-token-0123456789");
        bot.simulator().addCustomRobot(CustomRobot.of("r0bot-token-0123456789", "cidFAKEgroup0001=="));
        return bot.start();
    }

    private static boolean hasEnded(Collection<SpanData> spans, String name) {
        return spans.stream().anyMatch(span -> span.getName().equals(name));
    }

    private static SpanData named(List<SpanData> spans, String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow(() ->
                new AssertionError(name + " is none of\n" + MemoryTraces.tree(spans)));
    }

    @Test
    void aMessageIsOneTraceToTheLastChunkOfItsReplyAcrossTheQueueAndTheAgent() throws Exception {
        withAgent(MemoryTraces.SETTINGS);

        bot.say("hello");
        bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff001"), 2);

        List<SpanData> spans = MemoryTraces.await(all -> hasEnded(all, "turn"));
        assertThat(MemoryTraces.tree(spans)).isEqualTo("""
                inbound-webhook
                  seda:turns
                    turn
                      agent:remote
                        remote
                          direct:ask-service
                            ask-service
                              POST
                      dingtalk:reply
                      dingtalk:reply
                """);
        assertThat(spans).extracting(SpanData::getTraceId).containsOnly(spans.get(0).getTraceId());
        assertThat(traceparents.poll(10, TimeUnit.SECONDS).orElseThrow()).startsWith("00-" + spans.get(0).getTraceId() + "-"
                + named(spans, "POST").getSpanId() + "-");
        long id = ((Number) bot.rows("select id from message").get(0).get(0)).longValue();
        assertThat(named(spans, "turn").getAttributes().asMap().toString()).contains("dingtalk.turn=main-" + id);
    }

    @Test
    void histogramsNameTheTraceOfATimeInTheFormatOfOpenMetrics() throws Exception {
        withAgent(MemoryTraces.SETTINGS);
        bot.say("hello");
        String trace = MemoryTraces.await(all -> hasEnded(all, "turn")).get(0).getTraceId();

        String exemplar = " # \\{span_id=\"[0-9a-f]{16}\",trace_id=\"" + trace + "\"} [0-9.e-]+ [0-9.]+";
        Awaitility.await().atMost(Bot.PATIENCE).untilAsserted(() -> assertThat(metrics(PROMETHEUS))
                .anyMatch(line -> line.matches("dingtalk_message_ack_seconds_bucket\\{le=\"[0-9.+Inf]+\"} 1" + exemplar))
                .anyMatch(line -> line.matches("dingtalk_turn_wait_seconds_bucket\\{le=\"[0-9.+Inf]+\"} 1" + exemplar))
                .anyMatch(line -> line.matches("dingtalk_turn_seconds_bucket\\{le=\"[0-9.+Inf]+\"} 1" + exemplar))
                .anyMatch(line -> line.matches("dingtalk_agent_seconds_bucket\\{agent=\"remote\",le=\"[0-9.+Inf]+\"} 1" + exemplar))
                // Prometheus refuses the whole scrape where another line has one
                .filteredOn(line -> line.contains("trace_id")).allMatch(line -> line.matches("[a-z_]+_(bucket|total)\\{.*")));
        assertThat(metrics("*/*")).contains("dingtalk_turn_seconds_count 1").noneMatch(line -> line.contains("trace_id"));
    }

    private List<String> metrics(String format) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(bot.managementUrl() + "/observe/metrics"))
                .header("Accept", format).build(), HttpResponse.BodyHandlers.ofString()).body().lines().toList();
    }

    @Test
    void aTurnThatIsResumedAfterARestartContinuesItsTrace() throws Exception {
        withAgent(MemoryTraces.SETTINGS);
        bot.say("hello");
        MemoryTraces.await(all -> hasEnded(all, "turn"));
        String stored = (String) bot.rows("select traceparent from message").get(0).get(0);
        // as a crash leaves it
        bot.store().writeAndWait(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("update message set state = 'received', finished_at = null");
            }
        });
        bot.stop();

        bot.start();

        List<SpanData> spans = MemoryTraces.await(all -> hasEnded(all, "turn"));
        assertThat(spans).extracting(SpanData::getTraceId).containsOnly(stored.substring(3, 35));
        assertThat(named(spans, "seda:turns").getParentSpanId()).isEqualTo(stored.substring(36, 52));
        assertThat(named(spans, "turn").getParentSpanId()).isEqualTo(named(spans, "seda:turns").getSpanId());
    }

    @Test
    void aToolsCallIsPartOfItsCallersTraceAndAMessageIsNot() throws Exception {
        withAgent(MemoryTraces.SETTINGS);
        byte[] call = "{\"recipient_type\":\"user_id\",\"recipient_id\":\"staff001\",\"content\":\"green\"}".getBytes(
                StandardCharsets.UTF_8);

        assertThat(bot.post(bot.webhookUrl().replace("webhook/main", "tools/dingtalk_send_text_notification"), call, request ->
                request.header("Authorization", "Bearer " + TOKEN).header("traceparent", CALLERS)).statusCode()).isEqualTo(200);
        List<SpanData> spans = MemoryTraces.await(all -> hasEnded(all, "tool-http"));

        assertThat(MemoryTraces.tree(spans)).isEqualTo("tool-http\n  dingtalk:send\n");
        assertThat(named(spans, "tool-http").getParentSpanId()).isEqualTo("b7ad6b7169203331");

        MemoryTraces.forget();
        byte[] message = Callback.bytes(Callback.message("hello"));
        assertThat(bot.post(bot.webhookUrl(), message, request -> Callback.proof().apply(request).header("traceparent", CALLERS))
                .statusCode())
                .isEqualTo(200);
        assertThat(MemoryTraces.await(all -> hasEnded(all, "inbound-webhook")).get(0).getTraceId()).isNotEqualTo(CALLERS.substring(3, 35));
    }

    @Test
    void noSpanHoldsASecret() throws Exception {
        withAgent(MemoryTraces.SETTINGS);
        bot.route("robot.camel.yaml", """
                - route:
                    id: to-robot
                    from:
                      uri: direct:tool-shout
                      steps:
                        - setBody: { constant: "loud" }
                        - to: "%s/robot/send?access_token=r0bot-token-0123456789"
                """.formatted(bot.simulator().url().replace("//", "//bot:pa55word@")));
        byte[] call = "{\"recipient_type\":\"webhook\",\"content\":\"green\"}".getBytes(StandardCharsets.UTF_8);
        String tools = bot.webhookUrl().replace("webhook/main", "tools/");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.post(tools + "shout", "{}".getBytes(StandardCharsets.UTF_8), request ->
                request.header("Authorization", "Bearer " + TOKEN)).statusCode() == 200);

        bot.say(UserMessage.text("hello"));
        bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff001"), 2);
        bot.post(tools + "dingtalk_send_text_notification", call, request -> request.header("Authorization", "Bearer " + TOKEN));

        String all = MemoryTraces.await(ended -> hasEnded(ended, "turn") && hasEnded(ended, "tool-http")).toString();
        assertThat(all).contains("/robot/send").doesNotContain("r0bot-token", "s3cret-of-the-service", "pa55word", Bot.APP_SECRET, TOKEN,
                Bot.CALLBACK_TOKEN);
        List<String> sessions = bot.simulator().requests().stream().map(RecordedRequest::toString).filter(text -> text.contains("session="))
                .map(text -> text.replaceFirst("(?s).*session=([^&\\s,\\]]+).*", "$1")).toList();
        assertThat(sessions).isNotEmpty().allSatisfy(session -> assertThat(all).doesNotContain(session));
    }

    @Test
    void nothingIsTracedUnlessItIsSwitchedOn() throws Exception {
        withAgent(Map.of());

        bot.say("hello");
        bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff001"), 2);

        assertThat(traceparents.poll(10, TimeUnit.SECONDS)).isEmpty();
        assertThat(bot.rows("select count(*) from message where traceparent is not null").get(0).get(0).toString()).isEqualTo("0");
        assertThat(MemoryTraces.all()).isEmpty();
        assertThat(metrics(PROMETHEUS)).isNotEmpty().noneMatch(line -> line.contains("trace_id"));
    }

    @Test
    void theStandardVariablesSwitchItOnAndOff() {
        Map<String, String> endpoint = Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");
        assertThat(isOn(Map.of())).isFalse();
        assertThat(isOn(Map.of("OTEL_SERVICE_NAME", "bot"))).isFalse();
        assertThat(isOn(endpoint)).isTrue();
        assertThat(isOn(Map.of("OTEL_TRACES_EXPORTER", "memory"))).isTrue();
        assertThat(isOn(Map.of("OTEL_TRACES_EXPORTER", "none", "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"))).isFalse();
        assertThat(isOn(Map.of("OTEL_SDK_DISABLED", "true", "OTEL_TRACES_EXPORTER", "memory"))).isFalse();
        assertThatThrownBy(() -> isOn(Map.of("OTEL_TRACES_EXPORTER", "zipkin"))).isInstanceOf(StartException.class)
                .hasMessageContaining("zipkin").hasMessageContaining("unset OTEL_TRACES_EXPORTER");
        assertThatThrownBy(() -> isOn(Map.of("OTEL_TRACES_EXPORTER", "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")))
                .isInstanceOf(StartException.class).hasMessageContaining("http/protobuf").hasMessageContaining("4318");
    }

    private static boolean isOn(Map<String, String> environment) {
        try (TracingConfiguration tracing = TracingConfiguration.start(new DefaultCamelContext(), environment, Map.of())) {
            return tracing != null;
        }
    }
}
