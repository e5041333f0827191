package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples {@code http-in} and {@code file-in} in one application, as their READMEs set them up. */
class DoorsTest {

    private static final String TOKEN = "t0ken-for-tests";
    private static final String GROUP = "cidFAKEgroup0001==";
    private static final String ALERTS = """
            {"version":"4","groupKey":"{}:{alertname=\\"DiskFull\\"}","status":"firing","groupLabels":{"alertname":"DiskFull"},
             "alerts":[{"status":"firing","labels":{"alertname":"DiskFull","instance":"db1, rack 2"},"annotations":{"summary":"98 % of /data, \\"full\\""},
                        "startsAt":"2026-11-28T08:00:00Z"},
                       {"status":"resolved","labels":{"alertname":"DiskFull","instance":"db2"},"annotations":{"summary":"磁盘"}}]}""";

    private static Bot bot;
    private static Path inbox;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN));
        inbox = Files.createDirectories(bot.home().resolve("inbox"));
        Examples.add(bot, "http-in", Map.of("http-in.recipient-id", GROUP));
        Examples.add(bot, "file-in",
                Map.of("dingtalk.files-dir", inbox.toString(), "file-in.directory", inbox.toString(), "file-in.recipient-type", "user_id",
                "file-in.recipient-id", "staff002", "file-in.delay", "100", "file-in.retry-delay", "100"));
        bot.simulator().addPerson(Person.of("ghost", "Ghost").with(Person.Reach.UNKNOWN));
        bot.start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    @BeforeEach
    void forget() {
        bot.simulator().clearRecords();
        bot.simulator().faults().clear();
    }

    private static HttpResponse<String> alert(String token, String body) throws Exception {
        return bot.post(bot.webhookUrl().replace("/api/dingtalk/webhook/main", "/in/alerts"), body.getBytes(StandardCharsets.UTF_8),
                request -> request.header("Authorization", "Bearer " + token));
    }

    @Test
    void httpInTellsAGroupOfAlertsOnceHoweverOftenTheyArePosted() throws Exception {
        HttpResponse<String> first = alert(TOKEN, ALERTS);
        HttpResponse<String> repeated = alert(TOKEN, ALERTS);

        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThat(repeated.statusCode()).isEqualTo(200);
        assertThat(bot.simulator().deliveriesTo(GROUP)).singleElement().satisfies(delivery -> {
            assertThat(delivery.title()).isEqualTo("firing: DiskFull");
            assertThat(delivery.text()).isEqualTo("- **firing** db1, rack 2: 98 % of /data, \"full\"\n- **resolved** db2: 磁盘\n");
        });
    }

    @Test
    void httpInSendsAnAlertThatIsPostedAgainWhenDingTalkIsBack() throws Exception {
        String alerts = ALERTS.replace("DiskFull", "DiskSlow");
        bot.simulator().faults().onSends().untilCleared().fail(503);

        HttpResponse<String> first = alert(TOKEN, alerts);
        HttpResponse<String> second = alert(TOKEN, alerts);
        bot.simulator().faults().clear();

        assertThat(first.statusCode()).as(first.body()).isEqualTo(503);
        assertThat(second.statusCode()).as(second.body()).isEqualTo(503);
        assertThat(bot.simulator().deliveriesTo(GROUP)).isEmpty();
        // the host's circuit may still be open
        Awaitility.await().atMost(Bot.PATIENCE.multipliedBy(2)).until(() -> alert(TOKEN, alerts).statusCode() == 200);
        assertThat(alert(TOKEN, alerts).statusCode()).isEqualTo(200);
        assertThat(bot.simulator().deliveriesTo(GROUP)).singleElement()
                .satisfies(delivery -> assertThat(delivery.title()).isEqualTo("firing: DiskSlow"));
    }

    @Test
    void httpInWantsTheTokenAndJson() throws Exception {
        assertThat(alert("wr0ng", ALERTS).statusCode()).isEqualTo(401);
        assertThat(alert(TOKEN, "[]").statusCode()).isNotEqualTo(200);
        assertThat(bot.simulator().deliveries()).isEmpty();
    }

    private static List<Delivery> files() {
        return bot.simulator().deliveriesTo(bot.simulator().dm(Bot.APP_KEY, "staff002"));
    }

    private static void write(String name, String content) throws Exception {
        Path hidden = inbox.resolve("." + name);
        Files.writeString(hidden, content);
        Files.move(hidden, inbox.resolve(name));
    }

    @Test
    void fileInSendsEachFileOnceAndMovesIt() throws Exception {
        write("report, 'one' \"2\".pdf", "%PDF-1.7");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> Files.exists(inbox.resolve(".sent/report, 'one' \"2\".pdf")));

        assertThat(files()).singleElement().satisfies(delivery -> assertThat(delivery.type()).isEqualTo("sampleFile"));
        JsonNode shown = new ObjectMapper().readTree(files().get(0).body());
        assertThat(shown.path("fileName").asText()).endsWith(".pdf");

        // as after a crash: it was sent, and is still there
        Files.move(inbox.resolve(".sent/report, 'one' \"2\".pdf"), inbox.resolve("report, 'one' \"2\".pdf"));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> Files.exists(inbox.resolve(".sent/report, 'one' \"2\".pdf")));
        assertThat(files()).hasSize(1);
    }

    @Test
    void fileInWaitsWhileDingTalkIsAway() throws Exception {
        bot.simulator().faults().onSends().untilCleared().fail(503);
        write("late.pdf", "%PDF-1.7");
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> ((Number) bot.rows("select count(*) from tool_request where result like '%retryable%'")
                .get(0).get(0)).intValue() >= 1);
        assertThat(inbox.resolve("late.pdf")).exists();

        bot.simulator().faults().clear();

        Awaitility.await().atMost(Bot.PATIENCE.multipliedBy(2)).until(() -> Files.exists(inbox.resolve(".sent/late.pdf")));
        assertThat(files()).hasSize(1);
    }

    @Test
    void fileInMovesWhatCantBeSent() throws Exception {
        write("program.exe", "MZ");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> Files.exists(inbox.resolve(".failed/program.exe")));

        assertThat(files()).isEmpty();
    }
}
