package io.github.dingtalkcamel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import io.github.dingtalkcamel.simulator.Group;
import io.github.dingtalkcamel.simulator.Person;
import io.github.dingtalkcamel.simulator.Said;
import io.github.dingtalkcamel.simulator.SimulatedApp;
import io.github.dingtalkcamel.simulator.SimulatorOptions;
import io.github.dingtalkcamel.simulator.StreamOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simulator's chat page in a browser, with the whole application behind it. */
class ChatPageTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] PNG = java.util.Base64.getDecoder().decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC");
    private static final String XSS = "<script>window.hacked=1</script><img src=x onerror='window.hacked=2'>[tap](javascript:window.hacked=3)";

    private static Browser browser;
    private static Bot bot;

    private final List<String> complaints = new ArrayList<>();
    private Page page;
    private String me;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.open();
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.max-message-length", "300"),
                SimulatorOptions.defaults().stream(StreamOptions.defaults().silence(Duration.ofMillis(300))));
        bot.simulator().addApp(SimulatedApp.of(Bot.APP_KEY, Bot.APP_SECRET).withEncryption(Bot.CALLBACK_TOKEN, Bot.AES_KEY).withIntegration("main"));
        bot.start();
        bot.simulator().messageWays(ChatPageTest::way);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.simulator().stream().connections().size() == 2);
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (bot != null) {
            bot.close();
        }
    }

    /** What the application knows, as it stands in its store. */
    private static Optional<String> way(String integrationId, String msgId) {
        return bot.rows("select state, agent, bound_by from message where msg_id = '" + msgId + "'").stream().findFirst().map(row ->
                "{\"state\":\"" + row.get(0) + "\",\"kind\":\"turn\",\"proof\":\"hmac\",\"storedMs\":3,\"agentMs\":12,\"agent\":\"" + row.get(1) + "\",\"boundBy\":\""
                        + row.get(2) + "\",\"attempts\":1}");
    }

    /** Each test has a person and a group of its own, so that it sees nothing of the others. */
    @BeforeEach
    void open(org.junit.jupiter.api.TestInfo test) {
        me = "staff-" + test.getTestMethod().orElseThrow().getName();
        bot.simulator().troubles().clear();
        bot.simulator().addPerson(Person.of(me, "Zhang San"));
        bot.simulator().addGroup(new Group(group(), "Ops " + me));
        page = open(1280, 800, ColorScheme.LIGHT);
    }

    @AfterEach
    void noComplaints() {
        page.context().close();
        assertThat(complaints).as("what the browser complained of").isEmpty();
    }

    private String group() {
        return "cid" + me + "==";
    }

    private Page open(int width, int height, ColorScheme scheme) {
        Page opened = browser.page(width, height, scheme);
        opened.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        opened.onPageError(complaints::add);
        opened.navigate(bot.simulator().url() + "/");
        pane(opened).locator(".who").selectOption(me);
        return opened;
    }

    private static Locator pane(Page page) {
        return page.locator(".pane").first();
    }

    private Locator pane() {
        return pane(page);
    }

    private static void say(Locator pane, String text) {
        Locator input = pane.getByLabel("Message", new Locator.GetByLabelOptions().setExact(true));
        input.fill(text);
        input.press("Enter");
    }

    private Locator replies() {
        return pane().locator(".message.of-robot .bubble");
    }

    private Locator mine() {
        return pane().locator(".message.mine");
    }

    private void enter(String way) {
        page.getByText(way, new Page.GetByTextOptions().setExact(true)).click();
    }

    private void trouble(String kind) {
        page.locator("[data-trouble=" + kind + "]").click();
    }

    private Locator log() {
        return page.locator(".log");
    }

    private JsonNode lastMessage() throws Exception {
        List<List<Object>> rows = bot.rows("select payload from message order by rowid desc limit 1");
        return JSON.readTree(String.valueOf(rows.get(0).get(0)));
    }

    @Test
    void aDmIsEchoedAndItsWayStandsBeneath() {
        say(pane(), "hello");

        assertThat(replies()).hasText("hello");
        assertThat(mine().locator(".way")).containsText("stored in 3 ms");
        assertThat(mine().locator(".way")).containsText("echo, bound by fallback");
        assertThat(pane().locator(".of-robot .way")).hasText("by session webhook");
    }
}
