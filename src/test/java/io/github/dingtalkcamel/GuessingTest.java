package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** Guesses of tokens, passwords and proofs, of a whole application: seen in log and metrics, and slowed down. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GuessingTest {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String TOKEN = "api-token-0123456789";
    private static final String PASSWORD = "management-password-0123456789";

    private Bot bot;
    private LogLines log;

    @BeforeAll
    void start() throws Exception {
        log = LogLines.listen();
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN, "dingtalk.management-user", "watcher", "dingtalk.management-password",
                PASSWORD)).start();
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
        log.close();
    }

    private HttpResponse<String> api(String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(bot.webhookUrl().replace("/webhook/main", "/integrations")));
        return HTTP.send((token == null ? request : request.header("Authorization", "Bearer " + token)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> metrics(String password) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(bot.managementUrl() + "/observe/metrics"));
        String login = password == null ? null : "Basic " + Base64.getEncoder()
                .encodeToString(("watcher:" + password).getBytes(StandardCharsets.UTF_8));
        return HTTP.send((login == null ? request : request.header("Authorization", login)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /**
     * How many wrong ones were looked at, which the log says: the first 20, and one more where a second has passed meanwhile.
     *
     * @param last when the twentieth was sent
     */
    private int checked(long last, String line) {
        boolean withinASecond = System.nanoTime() - last < 1_000_000_000;
        int checked = log.containing(line).size();
        assertThat(checked).isBetween(20, withinASecond ? 20 : 21);
        return checked;
    }

    @Test
    @Order(1)
    void wrongProofsAreCountedAndLockNoClientOut() throws Exception {
        for (int i = 0; i < 25; i++) {
            assertThat(bot.post(bot.webhookUrl(), Callback.bytes(Callback.message("guess")), Callback.proof("wrong", Instant.now()))
                    .statusCode()).isEqualTo(401);
        }

        assertThat(bot.post(bot.webhookUrl(), Callback.bytes(Callback.message("right")), Callback.proof()).statusCode()).isEqualTo(200);
        assertThat(log.containing("from 127.0.0.1 refused, 401")).hasSize(25);
        assertThat(metrics(PASSWORD).body()).contains("dingtalk_logins_failed_total{at=\"webhook\"} 25.0");
    }

    @Test
    @Order(2)
    void wrongTokensAreLoggedCountedAndSlowedDown() throws Exception {
        for (int i = 0; i < 30; i++) {
            assertThat(api(null).statusCode()).as("without a token nothing is guessed").isEqualTo(401);
        }
        for (int i = 0; i < 19; i++) {
            assertThat(api("wrong" + i).statusCode()).isEqualTo(401);
        }
        long last = System.nanoTime();
        assertThat(api("wrong19").statusCode()).isEqualTo(401);

        HttpResponse<String> more = api("wrong");
        int checked = checked(last, "Wrong API token from 127.0.0.1");
        assertThat(more.statusCode()).isEqualTo(429);
        assertThat(more.headers().firstValueAsLong("Retry-After").orElseThrow()).isEqualTo(1);
        assertThat(Callback.JSON.readTree(more.body()).at("/error/code").asText()).isEqualTo("too_many_failures");
        assertThat(metrics(PASSWORD).body()).contains("dingtalk_logins_failed_total{at=\"api\"} " + checked + ".0",
                "dingtalk_logins_turned_away_total 1.0");
        Awaitility.await("another client of the address gets in with the right token").atMost(Bot.PATIENCE)
                .until(() -> api(TOKEN).statusCode() == 200);
        assertThat(api("wrong").statusCode()).as("a wrong one is told apart by nothing").isEqualTo(429);
        assertThat(bot.post(bot.webhookUrl(), Callback.bytes(Callback.message("meanwhile")), Callback.proof()).statusCode())
                .as("messages come in").isEqualTo(200);
    }

    @Test
    @Order(3)
    void wrongPasswordsAreLoggedAndSlowedDownWhileHealthStaysOpen() throws Exception {
        for (int i = 0; i < 19; i++) {
            assertThat(metrics("wrong" + i).statusCode()).isEqualTo(401);
        }
        long last = System.nanoTime();
        assertThat(metrics("wrong19").statusCode()).isEqualTo(401);

        HttpResponse<String> more = metrics("wrong");
        checked(last, "Wrong management login from 127.0.0.1");
        assertThat(more.statusCode()).isEqualTo(429);
        assertThat(more.headers().firstValueAsLong("Retry-After").orElseThrow()).isEqualTo(1);
        assertThat(metrics(null).statusCode()).isEqualTo(401);
        assertThat(bot.get(bot.managementUrl() + "/observe/health/live").statusCode()).isEqualTo(200);
        Awaitility.await("the right password gets in").atMost(Bot.PATIENCE).until(() -> metrics(PASSWORD).statusCode() == 200);
        assertThat(log.all()).noneMatch(line -> line.contains("wrong1") || line.contains(TOKEN) || line.contains(PASSWORD));
    }
}
