package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin API (contract 7), of a bot with both ways in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class AdminTest {

    private static final String TOKEN = "api-token-0123456789-abcdefghijklmnopqrstuv+/=";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN)).start();
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            GET,    nothing
            GET,    ''
            DELETE, nothing/at/all
            POST,   tools/no_such_tool
            """)
    void knowsNoOtherPaths(String method, String path) throws Exception {
        HttpResponse<String> answer = call(method, path, null);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(json(answer).at("/error/code").textValue()).isEqualTo("not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = { "-", "Bearer", "Bearer ", "Bearer wrong", "Basic " + TOKEN, TOKEN, "Bearer " + TOKEN + "x", "Bearer " + TOKEN + ",Bearer " + TOKEN })
    void asksForTheToken(String authorization) throws Exception {
        for (String path : List.of("integrations", "tools/dingtalk_send_file", "nothing", "bindings/main/cid?Authorization=Bearer%20" + TOKEN)) {
            HttpRequest.Builder request = request(path);
            if (!authorization.equals("-")) {
                request.header("Authorization", authorization);
            }
            HttpResponse<String> answer = send(request, "POST", "{}");

            assertThat(answer.statusCode()).as(path).isEqualTo(401);
            assertThat(json(answer).at("/error/code").textValue()).isEqualTo("unauthorised");
            assertThat(answer.body()).contains("dingtalk.api-token").doesNotContain(TOKEN);
        }
    }

    @Test
    void takesTheTokenOnceOnly() throws Exception {
        HttpRequest.Builder twice = request("integrations").header("Authorization", "Bearer " + TOKEN).header("Authorization", "Bearer " + TOKEN);

        assertThat(send(twice, "GET", null).statusCode()).isEqualTo(401);
        assertThat(send(request("nothing").header("Authorization", "bearer  " + TOKEN + " "), "GET", null).statusCode()).isEqualTo(404);
    }

    @Test
    void leavesTheWebhookToItsOwnProof() throws Exception {
        assertThat(bot.get(bot.webhookUrl()).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> call(String method, String path, String body) throws Exception {
        return send(request(path).header("Authorization", "Bearer " + TOKEN), method, body);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(bot.webhookUrl().replace("webhook/main", path))).timeout(Duration.ofSeconds(30));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request, String method, String body) throws Exception {
        return HTTP.send(request.method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return Callback.JSON.readTree(answer.body());
    }
}
