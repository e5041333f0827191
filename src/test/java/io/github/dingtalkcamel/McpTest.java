package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tools as clients of MCP list and call them: the official Java client, and requests by hand. */
class McpTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String TOKEN = "t0ken-for-tests";

    private static Bot bot;
    private static McpSyncClient client;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN, "dingtalk.public-url", "https://bot.example"))
                .route("weather.camel.yaml", """
                - route:
                    id: weather
                    description: Tells the weather of a city
                    from:
                      uri: direct:tool-weather
                      steps:
                        - setBody: { simple: "Rain in ${body[city]}" }
                """);
        bot.simulator().hire(30, 3);
        bot.simulator().addPerson(bot.simulator().person("stranger").with(Person.Reach.UNKNOWN));
        bot.start();
        client = McpClient.sync(HttpClientStreamableHttpTransport.builder(origin()).endpoint("/api/dingtalk/mcp")
                .jsonMapper(new JacksonMcpJsonMapper(JSON))
                .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer " + TOKEN))
                .build()).requestTimeout(Duration.ofSeconds(30)).jsonSchemaValidator(new ByNetworknt()).build();
        client.initialize();
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        bot.close();
    }

    @BeforeEach
    void forget() {
        bot.simulator().clearRecords();
        bot.simulator().faults().clear();
    }

    /** So that the client checks what it gets by a library that is not ours. */
    private static final class ByNetworknt implements JsonSchemaValidator {

        @Override
        public ValidationResponse validate(Map<String, Object> schema, Object content) {
            var errors = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema((JsonNode) JSON.valueToTree(schema))
                    .validate(JSON.valueToTree(content));
            return errors.isEmpty() ? ValidationResponse.asValid(null) : ValidationResponse.asInvalid(errors.toString());
        }
    }

    private static String origin() {
        return bot.webhookUrl().replace("/api/dingtalk/webhook/main", "");
    }

    private static JsonNode call(String tool, Map<String, Object> arguments) {
        CallToolResult result = client.callTool(McpSchema.CallToolRequest.builder(tool).arguments(arguments).build());
        assertThat(result.isError()).as("%s", result.content()).isFalse();
        return JSON.valueToTree(result.structuredContent());
    }

    private static List<Delivery> shown() {
        return bot.simulator().deliveriesTo(bot.simulator().dm(Bot.APP_KEY, "staff001"));
    }

    private static String failed(String tool, Map<String, Object> arguments) {
        CallToolResult result = client.callTool(McpSchema.CallToolRequest.builder(tool).arguments(arguments).build());
        assertThat(result.isError()).isTrue();
        return ((McpSchema.TextContent) result.content().get(0)).text();
    }

    private static Map<String, Object> to(String user, Map<String, Object> more) {
        Map<String, Object> arguments = new HashMap<>(more);
        arguments.put("recipient_type", "user_id");
        arguments.put("recipient_id", user);
        return arguments;
    }

    private static HttpResponse<String> post(String body, Function<HttpRequest.Builder, HttpRequest.Builder> more) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(origin() + "/api/dingtalk/mcp")).timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json").header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return HTTP.send(more.apply(request).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String body) throws Exception {
        return post(body, request -> request.header("Authorization", "Bearer " + TOKEN));
    }

    @Test
    void aClientListsEachToolWithTheSchemaThatOpenApiHas() throws Exception {
        List<McpSchema.Tool> tools = client.listTools().tools();

        assertThat(tools).extracting(McpSchema.Tool::name).startsWith("dingtalk_send_text_notification",
                "dingtalk_send_rich_notification", "dingtalk_send_file", "dingtalk_update_message", "dingtalk_recall_message",
                "dingtalk_list_users").contains("weather");
        JsonNode openApi = JSON.readTree(HTTP.send(HttpRequest.newBuilder(URI.create(origin() + "/api/dingtalk/openapi.json"))
                .header("Authorization", "Bearer " + TOKEN).build(), HttpResponse.BodyHandlers.ofString()).body());
        for (McpSchema.Tool tool : tools) {
            JsonNode schema = JSON.valueToTree(tool.inputSchema());
            String same = openApi.at("/paths/~1api~1dingtalk~1tools~1" + tool.name() + "/post/requestBody/content/application~1json/schema")
                    .toString().replace("#/components/schemas/", "#/$defs/");
            ((ObjectNode) schema).remove("$defs");
            assertThat(schema).as(tool.name()).isEqualTo(JSON.readTree(same));
        }
        JsonNode card = JSON.valueToTree(tools.get(1).inputSchema());
        assertThat(card.at("/$defs/Card/properties/buttons/items/$ref").asText()).isEqualTo("#/$defs/Button");
        assertThat(card.at("/$defs/Button/required/0").asText()).isEqualTo("title");
        assertThat(tools.get(5).annotations().readOnlyHint()).isTrue();
        assertThat(tools.get(4).annotations().destructiveHint()).isTrue();
        assertThat(tools).filteredOn(tool -> tool.name().equals("weather")).extracting(McpSchema.Tool::title)
                .containsExactly("Tells the weather of a city");
    }

    @Test
    void aClientCallsEachTool() {
        String sent = call("dingtalk_send_text_notification", to("staff001", Map.of("content", "Build 4711 is green")))
                .at("/results/0/messageId").asText();
        call("dingtalk_send_rich_notification", to("staff001", Map.of("mode", "interactive", "card",
                Map.of("title", "Deploy?", "markdown", "**v2** is ready", "buttons",
                        List.of(Map.of("title", "See", "url", "https://ci.example"))))));
        call("dingtalk_send_file", to("staff001", Map.of("base64", "JVBERi0xLjc=", "name", "report.pdf")));
        JsonNode updated = call("dingtalk_update_message", Map.of("messageId", sent, "mode", "text", "content", "It is red after all"));
        call("dingtalk_recall_message", Map.of("messageId", updated.at("/results/0/messageId").asText()));
        JsonNode users = call("dingtalk_list_users", Map.of("pageSize", 5));

        List<Delivery> shown = shown();
        assertThat(shown).extracting(Delivery::type).containsExactly("sampleText", "sampleActionCard", "sampleFile", "sampleText");
        assertThat(shown.get(3).text()).isEqualTo("It is red after all");
        assertThat(bot.simulator().isRecalled(sent)).as("an update is a recall and a new message").isTrue();
        assertThat(users.at("/data/users")).hasSize(5);
        assertThat(call("weather", Map.of("city", "Hangzhou")).at("/data/result").asText("")).isEqualTo("Rain in Hangzhou");
    }

    @Test
    void aCallWithTheSameRequestIdSendsNothingTwice() {
        Map<String, Object> arguments = to("staff001", Map.of("content", "once", "requestId", "mcp-1"));

        JsonNode first = call("dingtalk_send_text_notification", arguments);
        JsonNode second = call("dingtalk_send_text_notification", arguments);

        assertThat(second).isEqualTo(first);
        assertThat(shown()).hasSize(1);
        assertThat(failed("dingtalk_send_text_notification", to("staff001", Map.of("content", "other", "requestId", "mcp-1"))))
                .contains("request_id_used");
    }

    @Test
    void aFaultyCallIsAnErrorThatSaysWhatToDo() {
        assertThat(failed("dingtalk_send_text_notification", to("staff001", Map.of()))).contains("content is missing");
        assertThat(failed("dingtalk_send_text_notification", to("staff001", Map.of("contents", "x")))).contains("did you mean content?");
        assertThat(bot.simulator().deliveries()).isEmpty();
    }

    @Test
    void aCallOfWhichNoRecipientGotAnythingIsAnErrorWithEachReason() {
        assertThat(failed("dingtalk_send_text_notification", to("stranger", Map.of("content", "x"))))
                .contains("\"target\":\"user_id:stranger\"").contains("\"hint\"");
    }

    @Test
    void aLargeFileIsSentAsItCame() {
        byte[] pdf = new byte[3 << 20];
        System.arraycopy("%PDF-1.7".getBytes(StandardCharsets.US_ASCII), 0, pdf, 0, 8);

        call("dingtalk_send_file", to("staff001", Map.of("base64", Base64.getEncoder().encodeToString(pdf), "name", "large.pdf")));

        Delivery file = shown().get(0);
        assertThat(bot.simulator().media(read(file.body()).path("mediaId").asText()).orElseThrow().content()).isEqualTo(pdf);
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aToolThatARouteAddsIsListedAtOnce() throws Exception {
        bot.route("added.camel.yaml", """
                - route:
                    id: added
                    description: Added while it runs
                    from:
                      uri: direct:tool-added
                      steps:
                        - setBody: { constant: "here" }
                """);

        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> client.listTools().tools().stream().anyMatch(tool -> tool.name().equals("added")));
        assertThat(call("added", Map.of()).at("/data/result").asText("")).isEqualTo("here");
    }

    @Test
    void nothingIsAnsweredWithoutTheToken() throws Exception {
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

        assertThat(post(ping).body()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
        assertThat(post(ping, request -> request).statusCode()).isEqualTo(401);
        assertThat(post(ping, request -> request.header("Authorization", "Bearer wrong")).statusCode()).isEqualTo(401);
    }

    @Test
    void aPageOfAnotherSiteIsRefused() throws Exception {
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
        Function<String, Function<HttpRequest.Builder, HttpRequest.Builder>> from = origin -> request ->
                request.header("Authorization", "Bearer " + TOKEN).header("Origin", origin);

        assertThat(post(ping, from.apply("https://evil.example")).statusCode()).isEqualTo(403);
        assertThat(post(ping, from.apply("https://bot.example")).statusCode()).isEqualTo(200);
        assertThat(post(ping, from.apply("http://localhost:6274")).statusCode()).isEqualTo(200);
    }

    @Test
    void thereIsNoStreamToListenToAndNoSessionToEnd() throws Exception {
        for (String method : List.of("GET", "DELETE")) {
            var answer = post("", request -> request.header("Authorization", "Bearer " + TOKEN)
                    .method(method, HttpRequest.BodyPublishers.noBody()));
            assertThat(answer.statusCode()).as(method).isEqualTo(405);
            assertThat(answer.headers().firstValue("Allow")).contains("POST");
        }
    }

    @Test
    void whatIsNoMessageOfTheProtocolIsRefusedAsSuch() throws Exception {
        Map<String, Integer> wrong = Map.of("not json", -32700, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32700,
                "{\"id\":1,\"method\":\"ping\"}", -32600, "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", -32600,
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"weather\",\"arguments\":[]}}", -32600,
                "{\"jsonrpc\":\"2.0\",\"id\":1}", -32600, "{\"a\":".repeat(100) + "1" + "}".repeat(100), -32700);
        for (Map.Entry<String, Integer> each : wrong.entrySet()) {
            var answer = post(each.getKey());
            assertThat(answer.statusCode()).as(each.getKey()).isEqualTo(400);
            assertThat(JSON.readTree(answer.body()).at("/error/code").asInt()).as(each.getKey()).isEqualTo(each.getValue());
        }
        JsonNode unknown = JSON.readTree(post("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"nothing\"}}")
                .body());
        assertThat(unknown.at("/error/code").asInt()).isEqualTo(-32602);
        assertThat(unknown.path("id").asInt()).isEqualTo(7);
        assertThat(post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}").statusCode()).isEqualTo(202);
        assertThat(post("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", request -> request.header("Authorization", "Bearer " + TOKEN)
                .header("MCP-Protocol-Version", "1999-01-01")).statusCode()).isEqualTo(400);
    }

    @Test
    void aCallWaitsForDingTalkNoLongerThanItSays() {
        bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().slow(Duration.ofSeconds(3));

        assertThat(failed("dingtalk_send_text_notification", to("staff001", Map.of("content", "late", "timeoutMs", 200))))
                .contains("outcomeUnknown");
    }
}
