package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.support.AsyncProcessorSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A route of a user's that begins with {@code direct:tool-NAME} is a tool, over HTTP and for other routes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class AddedToolTest {

    private static final String TOKEN = "api-token-0123456789-abcdefghijklmnopqrstuv";
    private static final String BUILT_IN = "dingtalk_send_text_notification, dingtalk_send_rich_notification, dingtalk_send_file,"
            + " dingtalk_update_message, dingtalk_recall_message, dingtalk_list_users";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String OTHERS = """
            - route:
                id: own-ask
                from:
                  uri: direct:tool-ask
                  steps:
                    - to: mock:ask
                    - setBody: { simple: '{"asked": "${body[what]}"}' }
            - route: {id: own-waits, from: {uri: "direct:tool-waits", steps: [{process: {ref: turnstile}}]}}
            - route: {id: own-silent, from: {uri: "direct:tool-silent", steps: [{setBody: {simple: "${null}"}}]}}
            - route:
                id: own-broken
                from:
                  uri: direct:tool-broken
                  steps:
                    - throwException: { exceptionType: java.io.IOException, message: secret cause }
            - route: {id: own-off, autoStartup: false, from: {uri: "direct:tool-off", steps: [{setBody: {constant: x}}]}}
            - route: {id: own-name, from: {uri: "direct:tool-1.5", steps: [{setBody: {constant: x}}]}}
            - route: {id: own-other, from: {uri: "direct:internal", steps: [{setBody: {constant: x}}]}}
            - route:
                id: own-nested
                from:
                  uri: direct:tool-nested
                  steps:
                    - bean: { ref: allAtOnce, method: await }
                    - setVariable: { name: tool, constant: order_shipped }
                    - to: direct:tool
            """;

    private final Turnstile turnstile = new Turnstile();
    private Bot bot;

    /** Holds calls, but no thread. */
    private static final class Turnstile extends AsyncProcessorSupport {

        private final Queue<AsyncCallback> waiting = new ConcurrentLinkedQueue<>();

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            waiting.add(callback);
            return false;
        }
    }

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN))
                .route("order-tool.camel.yaml", Files.readString(Path.of("examples/order-tool.camel.yaml")))
                .route("others.yaml", OTHERS)
                .bean("allAtOnce", new AllAtOnce()).bean("turnstile", turnstile).start();
        bot.simulator().addPerson(bot.simulator().person("stranger").with(Person.Reach.UNKNOWN));
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    private CompletableFuture<HttpResponse<String>> calling(String tool, String json) {
        return HTTP.sendAsync(HttpRequest.newBuilder(URI.create(bot.webhookUrl("main").replace("webhook/main", "tools/" + tool)))
                .header("Authorization", "Bearer " + TOKEN).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode result(String tool, String json) throws Exception {
        HttpResponse<String> answer = calling(tool, json).join();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private List<String> to(String person) {
        return bot.simulator().deliveriesTo(bot.simulator().dm(Bot.APP_KEY, person)).stream().map(Delivery::text).toList();
    }

    @Test
    void callsThatWaitKeepNoOtherFromItsAnswer() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 100)
                .mapToObj(i -> calling("waits", "{\"timeoutMs\":50000}")).toList();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> turnstile.waiting.size() == 100);

        JsonNode other = JSON.readTree(calling("dingtalk_send_text_notification", """
                {"recipient_type": "user_id", "recipient_id": "passes", "content": "meanwhile"}""").orTimeout(30, TimeUnit.SECONDS).join()
                .body());

        assertThat(other.path("successCount").asInt()).as(other.toString()).isEqualTo(1);
        assertThat(to("passes")).containsExactly("meanwhile");
        assertThat(calls).noneMatch(CompletableFuture::isDone);
        turnstile.waiting.forEach(each -> each.done(false));
        assertThat(calls).allSatisfy(each -> assertThat(each.join().statusCode()).isEqualTo(200));
    }

    @Test
    void routesOfTheApiThatAreDeletedAnswerNoMore() throws Exception {
        Path file = bot.home().resolve("routes/own-paths.camel.yaml");
        List<String> names = IntStream.range(0, 8).mapToObj(i -> "own" + i).toList();
        Files.writeString(file, names.stream().map(name -> """
                - route: {id: %1$s, from: {uri: "platform-http:/api/dingtalk/%1$s", steps: [{setBody: {constant: %1$s}}]}}
                """.formatted(name)).collect(Collectors.joining()));
        Awaitility.await().atMost(Bot.PATIENCE).untilAsserted(() -> assertThat(names)
                .allSatisfy(name -> assertThat(calling("../" + name, "{}").join().body()).isEqualTo(name)));

        Files.delete(file);

        Awaitility.await().atMost(Bot.PATIENCE).untilAsserted(() -> assertThat(names)
                .allSatisfy(name -> assertThat(calling("../" + name, "{}").join().statusCode()).isEqualTo(404)));
    }

    @Test
    void theExampleInTheDocumentationSendsAndAnswers() throws Exception {
        JsonNode result = result("order_shipped", "{\"customer\":\"buyer1\",\"order\":\"A-17\"}");

        assertThat(to("buyer1")).containsExactly("Order A-17 has been shipped");
        assertThat(result).isEqualTo(JSON.readTree("""
                {"tool":"order_shipped","integrationId":"main","successCount":0,"failureCount":0,"results":[],
                 "data":{"result":"Told about order A-17"}}"""));
    }

    @Test
    void dingTalksRefusalIsTheResultsError() throws Exception {
        JsonNode result = result("order_shipped", "{\"customer\":\"stranger\",\"order\":\"A-18\"}");

        assertThat(result.path("failureCount").asInt()).isEqualTo(1);
        assertThat(result.at("/error/code").asText()).isEqualTo("invalidStaffId");
        assertThat(result.at("/error/hint").asText()).contains("visible range");
    }

    @Test
    void anotherFailureIsLoggedAndTheCallerIsNotToldItsText() throws Exception {
        try (LogLines log = LogLines.listen()) {
            HttpResponse<String> answer = calling("broken", "{}").join();

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(JSON.readTree(answer.body()).at("/error/code").asText()).isEqualTo("internal");
            assertThat(answer.body()).contains("\"failureCount\":1").doesNotContain("secret cause");
            assertThat(log.containing("failed unexpectedly")).hasSize(1);
        }
    }

    @Test
    void getsItsOwnArgumentsAsAMapWithoutThoseOfAllTools() throws Exception {
        MockEndpoint asked = bot.context().getEndpoint("mock:ask", MockEndpoint.class);
        asked.reset();
        JsonNode result = result("ask", """
                {"what":"{{a.b}}","list":[1,{"x":null}],"state":{"a":{"b":"resolved"}},"timeoutMs":5000}""");

        assertThat(result.path("data")).isEqualTo(JSON.readTree("{\"asked\":\"resolved\"}"));
        Map<?, ?> body = asked.getExchanges().get(0).getIn().getBody(Map.class);
        assertThat(body.keySet()).isEqualTo(Set.of("what", "list"));
        assertThat(body.get("list")).isInstanceOf(List.class);
    }

    @Test
    void runsOnceForARequestId() throws Exception {
        MockEndpoint asked = bot.context().getEndpoint("mock:ask", MockEndpoint.class);
        asked.reset();
        String json = "{\"what\":\"once\",\"requestId\":\"ask-once\"}";
        JsonNode first = result("ask", json);

        assertThat(result("ask", json)).isEqualTo(first);
        assertThat(asked.getExchanges()).hasSize(1);
        assertThat(calling("ask", json.replace("\"once\"", "\"twice\"")).join().statusCode()).isEqualTo(409);
    }

    @Test
    void thatLeavesNothingHasSucceeded() throws Exception {
        assertThat(result("silent", "{}").path("failureCount").asInt()).isZero();
    }

    @Test
    void canCallAnotherToolWhereAsManyRunAsCan() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < ToolRuns.MOST; i++) {
            calls.add(calling("nested", "{\"customer\":\"nested" + i + "\",\"order\":\"N\",\"timeoutMs\":40000}"));
        }

        for (int i = 0; i < calls.size(); i++) {
            assertThat(calls.get(i).join().body()).contains("Told about order N").doesNotContain("outcomeUnknown");
            assertThat(to("nested" + i)).hasSize(1);
        }
    }

    /** Holds as many runs as there can be, until all are there. */
    public static final class AllAtOnce {

        private final CountDownLatch missing = new CountDownLatch(ToolRuns.MOST);

        public void await() throws InterruptedException {
            missing.countDown();
            assertThat(missing.await(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"off", "1.5", "internal", "ask%2Fx", "ask%3Ftimeout=1", "deliver", "order_shippe", "-ask"})
    void otherEndpointsAreNoTools(String name) throws Exception {
        HttpResponse<String> answer = calling(name, "{}").join();

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(JSON.readTree(answer.body()).at("/error/message").asText()).contains("There is no tool of this name")
                .endsWith("There are " + BUILT_IN + ", ask, broken, nested, order_shipped, silent, waits");
    }

    @Test
    void isCallableOnlyWhileItsRouteRuns() throws Exception {
        bot.context().getRouteController().stopRoute("own-silent");
        try {
            assertThat(calling("silent", "{}").join().statusCode()).isEqualTo(404);
        } finally {
            bot.context().getRouteController().startRoute("own-silent");
        }
        assertThat(calling("silent", "{}").join().statusCode()).isEqualTo(200);
    }

    @Test
    void isCalledByOtherRoutesToo() throws Exception {
        Map<?, ?> result = bot.context().createFluentProducerTemplate().to("direct:tool").withVariable("tool", "order_shipped")
                .withBody(Map.of("customer", "buyer2", "order", "B")).request(Map.class);

        assertThat(result.get("data")).isEqualTo(Map.of("result", "Told about order B"));
        assertThat(to("buyer2")).hasSize(1);
    }

    @Test
    void isDescribedByOpenApiByItsRoutesDescription() throws Exception {
        URI uri = URI.create(bot.webhookUrl("main").replace("webhook/main", "openapi.json"));
        HttpRequest request = HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + TOKEN).build();
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        JsonNode operation = JSON.readTree(answer.body()).at("/paths/~1api~1dingtalk~1tools~1order_shipped/post");

        assertThat(operation.path("summary").asText()).isEqualTo("Tells a customer that the order was shipped");
        JsonNode schema = operation.at("/requestBody/content/application~1json/schema");
        assertThat(schema.path("additionalProperties").asBoolean()).isTrue();
        assertThat(schema.path("properties").fieldNames()).toIterable().containsExactly("integrationId", "timeoutMs", "requestId", "state");
    }
}
