package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The operators' page of the management server: what it is told, and what it looks like in a browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorPageTest {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String SAID = "a-word-that-only-people-saw";

    private Bot bot;
    private PushResult failed;

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.api-token", "api-token-0123456789-abcdef"))
                .route("broken.camel.yaml", """
                        - route:
                            from:
                              uri: agent:broken
                              steps:
                                - throwException: { exceptionType: java.lang.IllegalStateException, message: no model }
                        """).start();
        StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 2);
        bot.context().getRegistry().lookupByNameAndType("bindings", Bindings.class).bind("main", "cidBroken", "broken", "test");
        failed = bot.say(UserMessage.text(SAID).inGroup("cidBroken").byStream());
        bot.say(UserMessage.text(SAID).inGroup("cidBroken").byStream());
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select id from dead_letter").size() == 2);
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    private HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(bot.managementUrl() + "/dingtalk" + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        return HTTP.send((headers.length == 0 ? request : request.headers(headers)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode data() throws Exception {
        return Callback.JSON.readTree(send("GET", "/data").body());
    }

    @Test
    void tellsOfIntegrationsConnectionsQueueAndDeadLettersWithoutSecretsAndTexts() throws Exception {
        // one that is replayed fails again
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> data().at("/queue/deadLetters").asInt() == 2);
        JsonNode data = data();

        assertThat(data.at("/integrations/0/id").asText()).isEqualTo("main");
        assertThat(data.at("/integrations/0/streamConnections")).hasSize(2);
        assertThat(data.at("/integrations/0/streamConnections/0/state").asText()).isEqualTo("connected");
        assertThat(data.at("/queue/waiting").asInt()).isZero();
        assertThat(data.at("/queue/capacity").asInt()).isEqualTo(10_000);
        assertThat(data.at("/deadLetters")).hasSize(2);
        assertThat(data.path("moreDeadLetters")).isEqualTo(BooleanNode.FALSE);
        assertThat(data.at("/deadLetters/0/code").asText()).isEqualTo("agentFailed");
        assertThat(data.toString()).doesNotContain(SAID, Bot.APP_SECRET, Bot.AES_KEY, "api-token-0123456789");
    }

    @Test
    void findsAMessage() throws Exception {
        String id = URLEncoder.encode(failed.msgId(), StandardCharsets.UTF_8);
        JsonNode trace = Callback.JSON.readTree(send("GET", "/message?integration=main&msgId=" + id).body());
        assertThat(trace.path("agent").asText()).isEqualTo("broken");
        assertThat(trace.toString()).doesNotContain(SAID);

        HttpResponse<String> unknown = send("GET", "/message?integration=main&msgId=nothing");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("unknown_message");
    }

    @Test
    void replaysNothingButWhatItIsToldAndNothingForAPageOfAnotherSite() throws Exception {
        assertThat(send("POST", "/replay").statusCode()).isEqualTo(400);
        assertThat(send("POST", "/replay?ids=1,x").statusCode()).isEqualTo(400);
        assertThat(send("POST", "/replay?ids=1", "Origin", "https://evil.example").statusCode()).isEqualTo(403);
        assertThat(send("POST", "/replay?ids=1", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
        assertThat(send("GET", "/replay?ids=1").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/data", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
    }

    /** A wiki or an alert may link to the page; its data and its actions are for the page alone. */
    @Test
    void opensByALinkFromAnotherSiteAndNothingElseDoes() throws Exception {
        String[] link = { "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document" };
        assertThat(send("GET", "", link).statusCode()).isEqualTo(302);
        assertThat(send("GET", "/", link).statusCode()).isEqualTo(200);

        for (String path : List.of("/data", "/message?integration=main&msgId=x", "/replay?ids=1", "/operator.js", "/index.html")) {
            assertThat(send("GET", path, link).statusCode()).as(path).isEqualTo(403);
        }
        assertThat(send("POST", "/replay?ids=1", link).statusCode()).isEqualTo(403);
        assertThat(send("GET", "/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe").statusCode())
                .isEqualTo(403);
    }

    /** As an operator sees it, by keyboard: the box of a letter, then the button. */
    @Test
    void showsItInABrowserAndReplaysByKeyboard() throws Exception {
        Path chromium = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome").map(Path::of)
                .filter(Files::isExecutable).findFirst().orElse(null);
        Assumptions.assumeTrue(chromium != null, "There is no Chromium here: the page was not looked at");
        try (Browser browser = Browser.start(chromium)) {
            browser.open(bot.managementUrl() + "/dingtalk/");
            browser.await("document.querySelectorAll('#letter-rows tr').length == 2");
            assertThat(browser.evaluate("document.body.innerText")).contains("connected", "agentFailed", "main").doesNotContain(SAID);
            // each control has a name that a screen reader says
            assertThat(browser.evaluate("[...document.querySelectorAll('input, select, button')].filter(each => !each.ariaLabel"
                    + " && !each.labels?.length && !each.innerText).length")).isEqualTo("0");
            assertThat(browser.evaluate("document.querySelector('#replay').disabled")).isEqualTo("true");
            Files.write(Path.of("target", "operator.png"), browser.screenshot());

            browser.evaluate("document.querySelector('#letter-rows input').focus()");
            assertThat(browser.evaluate("document.activeElement.ariaLabel")).startsWith("Select dead letter ");
            browser.evaluate("document.activeElement.click()");
            browser.await("!document.querySelector('#replay').disabled");
            browser.evaluate("document.querySelector('#letters').requestSubmit()");
            browser.await("document.querySelector('#replayed').innerText == 'Replay of 1 was requested.'");

            browser.evaluate("document.querySelector('#msg-id').value = '" + failed.msgId() + "'");
            browser.evaluate("document.querySelector('#find').requestSubmit()");
            browser.await("document.querySelector('#trace pre')?.innerText.includes('\"agent\": \"broken\"')");

            browser.evaluate("window.real = window.fetch, window.fetch = async path => path != 'data' ? real(path) : Response.json("
                    + "Object.assign(await (await real(path)).json(), { moreDeadLetters: true, queue: { deadLetters: 345 } })), 1");
            browser.await("document.querySelector('#more-letters').innerText == 'The first 2 of 345 are shown.'");

            // no answer at all, then one of a proxy on the way
            browser.evaluate("window.fetch = async () => { throw new TypeError('refused'); }, 1");
            browser.await("document.querySelector('#problem').innerText.startsWith('The program does not answer.')");
            browser.evaluate("document.querySelector('#find').requestSubmit()");
            browser.await("document.querySelector('#trace').innerText.startsWith('The request failed:')");
            browser.evaluate("document.querySelector('#letters').requestSubmit()");
            browser.await("document.querySelector('#replayed').innerText.startsWith('The request failed:')");
            browser.evaluate("window.fetch = async () => new Response('<html>', { status: 502 }), 1");
            browser.await("document.querySelector('#problem').innerText.startsWith('The request failed:')");
            browser.evaluate("window.fetch = window.real, 1");
            browser.await("document.querySelector('#problem').hidden");
        }
    }
}
