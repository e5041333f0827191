package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Processor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Files that an agent sends with its reply (docs/promises.md 5). */
class ReplyFilesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GROUP = "cidFAKEgroup0001==";
    private static final String PDF = Base64.getEncoder().encodeToString("%PDF-1.7".getBytes(StandardCharsets.US_ASCII));
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 1, 2, 3};

    private static Bot bot;
    private static HttpServer web;
    private static int people;
    private static volatile Object files;

    @BeforeAll
    static void start() throws Exception {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> {
            boolean asked = exchange.getRequestURI().getPath().equals("/ask");
            byte[] answer = asked ? ("{\"reply\":\"by HTTP\",\"files\":[{\"base64\":\"" + PDF + "\",\"name\":\"http.pdf\"}]}")
                    .getBytes(StandardCharsets.UTF_8) : PNG;
            exchange.getResponseHeaders().set("Content-Type", asked ? "application/json" : "image/png");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        web.start();
        Processor reporter = exchange -> {
            exchange.getMessage().setHeader("CamelDingTalkReplyFiles", files);
            if (exchange.getMessage().getBody(String.class).startsWith("nothing")) {
                exchange.getMessage().setBody(null);
            }
        };
        bot = Bot.withSettings(Map.of("dingtalk.files-private-urls", "true", "dingtalk.max-message-length", "100"))
                .property("camel.component.dingtalk.configuration.timeout", "2000").bean("reporter", reporter)
                .route("reporter.camel.yaml", """
                        - route:
                            from:
                              uri: agent:reporter
                              parameters: { trigger: main }
                              steps:
                                - choice:
                                    when:
                                      - simple: "${body} == 'ask by HTTP'"
                                        steps:
                                          - to:
                                              uri: kamelet:http-agent-action
                                              parameters: { url: "http://127.0.0.1:%d/ask" }
                                    otherwise:
                                      steps:
                                        - process: { ref: reporter }
                        """.formatted(web.getAddress().getPort()));
        Path directory = Files.createDirectories(bot.home().resolve("files"));
        Files.write(directory.resolve("chart.png"), PNG);
        bot.set("dingtalk.files-dir", directory.toString()).start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
        web.stop(0);
    }

    @AfterEach
    void peace() {
        bot.simulator().faults().clear();
        files = null;
    }

    private static String newPerson() {
        return "filer" + ++people;
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + web.getAddress().getPort() + path;
    }

    private static void await(PushResult sent, String state) {
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select 1 from message where state = '" + state + "' and msg_id = '" + sent.msgId()
                + "'").size() == 1);
    }

    /** What people see: texts, and files by their template and name. */
    private static List<String> seen(String conversation) {
        return bot.simulator().deliveriesTo(conversation).stream().map(ReplyFilesTest::seen).toList();
    }

    private static String seen(Delivery delivery) {
        if (delivery.text() != null) {
            return delivery.text();
        }
        try {
            JsonNode shown = JSON.readTree(delivery.body());
            return delivery.type() + " " + shown.path("fileName").asText();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void goOutAfterTheTextInOrder() {
        files = List.of(Map.of("base64", PDF, "name", "报告.pdf"), Map.of("path", "chart.png"),
                Map.of("url", url("/a/plot.png?key=s3cret-of-the-address")));
        PushResult sent = bot.say(UserMessage.text("a long text. ".repeat(12).strip()).from(newPerson()));
        await(sent, "done");
        assertThat(seen(sent.conversationId())).hasSize(5).endsWith("sampleFile 报告.pdf", "sampleImageMsg ", "sampleImageMsg ");
        assertThat(seen(sent.conversationId()).get(0)).startsWith("a long text.");
        assertThat(bot.rows("select count(*) from reply")).containsExactly(List.of(0));
    }

    @Test
    void goToTheGroupThatAsked() {
        files = List.of(Map.of("base64", PDF, "name", "a.pdf"));
        PushResult sent = bot.say(UserMessage.text("@Bot report").from("staff001").inGroup(GROUP));
        await(sent, "done");
        assertThat(bot.simulator().deliveriesTo(GROUP)).extracting(Delivery::channel)
                .containsExactly(Delivery.Channel.SESSION, Delivery.Channel.GROUP);
        assertThat(seen(GROUP)).last().isEqualTo("sampleFile a.pdf");
    }

    @Test
    void mayGoOutAlone() {
        files = List.of(Map.of("base64", PDF, "name", "alone.pdf"));
        PushResult sent = bot.say(UserMessage.text("nothing to say").from(newPerson()));
        await(sent, "done");
        assertThat(seen(sent.conversationId())).containsExactly("sampleFile alone.pdf");
    }

    @Test
    void comeFromAServiceOverHttp() {
        PushResult sent = bot.say(UserMessage.text("ask by HTTP").from(newPerson()));
        await(sent, "done");
        assertThat(seen(sent.conversationId())).containsExactly("by HTTP", "sampleFile http.pdf");
    }

    @Test
    void oneThatFailsIsToldInItsPlaceAndTheOthersGoOutOnce() {
        files = List.of(Map.of("path", "../secret.pdf"), Map.of("base64", PDF, "name", "good.pdf"),
                Map.of("base64", "%%%", "name", "bad.pdf"), Map.of("name", "nothing.pdf"), "no map",
                Map.of("base64", PDF, "name", "last.pdf"));
        try (LogLines log = LogLines.listen()) {
            PushResult sent = bot.say(UserMessage.text("report").from(newPerson()));
            await(sent, "done");
            assertThat(seen(sent.conversationId())).containsExactly("report", "The file secret.pdf could not be sent (fileNotFound).",
                    "sampleFile good.pdf", "The file bad.pdf could not be sent (badBase64).",
                    "The file nothing.pdf could not be sent (badFile).", "The file 5 could not be sent (badFile).", "sampleFile last.pdf");
            assertThat(log.containing("file 1 of the reply is not sent")).singleElement().asString()
                    .contains("There is no such file below dingtalk.files-dir");
        }
    }

    @Test
    void tooManyAndTooLargeOnesAreTold() {
        files = Collections.nCopies(22, Map.of("path", "missing.pdf"));
        PushResult many = bot.say(UserMessage.text("many").from(newPerson()));
        await(many, "done");
        assertThat(seen(many.conversationId())).hasSize(22).endsWith("The file 21 could not be sent (tooManyFiles).");
        files = List.of(Map.of("base64", "A".repeat((8 << 20) + 1), "name", "huge.pdf"), Map.of("base64", PDF, "name", "small.pdf"));
        PushResult huge = bot.say(UserMessage.text("huge").from(newPerson()));
        await(huge, "done");
        assertThat(seen(huge.conversationId())).containsExactly("huge", "The file huge.pdf could not be sent (tooMuchBase64).",
                "sampleFile small.pdf");
    }

    @Test
    void waitWhileDingTalkThrottlesAndGoOutOnce() {
        files = List.of(Map.of("base64", PDF, "name", "patient.pdf"));
        bot.simulator().faults().on(ApiFamily.ROBOT).times(2).throttle();
        PushResult sent = bot.say(UserMessage.text("report").from(newPerson()));
        await(sent, "done");
        assertThat(seen(sent.conversationId())).containsExactly("report", "sampleFile patient.pdf");
    }

    @Test
    void oneOfWhichNothingIsKnownIsToldSoAndNotSentAgain() {
        files = List.of(Map.of("base64", PDF, "name", "lost.pdf"), Map.of("base64", PDF, "name", "next.pdf"));
        bot.simulator().faults().on(ApiFamily.ROBOT).neverAnswer();
        PushResult sent = bot.say(UserMessage.text("report").from(newPerson()));
        await(sent, "done");
        assertThat(seen(sent.conversationId())).containsExactly("report", "sampleFile lost.pdf",
                "It is not known whether the file lost.pdf arrived (timeout).", "sampleFile next.pdf");
    }

    @Test
    void goOutOnceAcrossARestart() throws Exception {
        files = List.of(Map.of("base64", PDF, "name", "before.pdf"), Map.of("base64", PDF, "name", "after.pdf"));
        bot.simulator().faults().on(ApiFamily.ROBOT).after(1).untilCleared().throttle();
        PushResult sent = bot.say(UserMessage.text("report").from(newPerson()));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().yielded() == 1
                && seen(sent.conversationId()).equals(List.of("report", "sampleFile before.pdf")));
        bot.stop();
        files = null;
        bot.simulator().faults().clear();
        bot.start();
        await(sent, "done");
        assertThat(seen(sent.conversationId())).containsExactly("report", "sampleFile before.pdf", "sampleFile after.pdf");
    }

    @Test
    void areReplayedFromADeadLetterWithWhatIsLeftOfTheText() throws Exception {
        files = List.of(Map.of("base64", PDF, "name", "dead.pdf"));
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).dropAfter();
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).expireToken();
        PushResult sent = bot.say(UserMessage.text("report").from(newPerson()));
        await(sent, "dead");
        assertThat(seen(sent.conversationId())).containsExactly("report");
        bot.simulator().faults().clear();
        bot.rows("select 1");
        bot.store().writeAndWait(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("update dead_letter set state = 'requested'");
            }
        });
        await(sent, "done");
        assertThat(seen(sent.conversationId())).endsWith("sampleFile dead.pdf");
    }

    @Test
    void areNotSentOnceTheTurnWasStopped() {
        String who = newPerson();
        files = List.of(Map.of("base64", PDF, "name", "stopped.pdf"));
        bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().throttle();
        PushResult sent = bot.say(UserMessage.text("report").from(who));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().yielded() == 1);
        bot.say(UserMessage.text("/stop").from(who));
        await(sent, "stopped");
        bot.simulator().faults().clear();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().yielded() == 0 && bot.queue().running() == 0);
        assertThat(seen(sent.conversationId())).doesNotContain("sampleFile stopped.pdf");
    }
}
