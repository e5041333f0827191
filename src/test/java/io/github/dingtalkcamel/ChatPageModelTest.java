package io.github.dingtalkcamel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The chat page's switch to the simulated model, and that model's faults as a user sees them. */
class ChatPageModelTest {

    /** As the packaged route, which is there only beside the application's own simulator. */
    private static final String SIMULATED_MODEL = """
            - route:
                from:
                  uri: agent:simulated-model
                  steps:
                    - to: { uri: "kamelet:openai-agent-action", parameters: { baseUrl: "{{test.simulator}}/v1", model: simulated-model } }
            """;

    private static final List<String> COMPLAINTS = new ArrayList<>();
    private static ChatBrowser browser;
    private static Bot bot;
    private static Page page;

    @BeforeAll
    static void start() throws Exception {
        browser = ChatBrowser.open();
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true"));
        bot.simulator().addApp(SimulatedApp.of(Bot.APP_KEY, Bot.APP_SECRET).withIntegration("main"));
        bot.property("test.simulator", bot.simulator().url()).route("simulated.camel.yaml", SIMULATED_MODEL).start();
        bot.chooseAgentsOnThePage();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.simulator().stream().connections().size() == 2);
        page = browser.page(1280, 860, ColorScheme.LIGHT);
        page.onPageError(COMPLAINTS::add);
        page.navigate(bot.simulator().url() + "/");
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

    private Locator pane() {
        return page.locator(".pane").first();
    }

    private Locator answeredBy() {
        return pane().getByLabel("Answered by");
    }

    private void say(String text) {
        Locator input = pane().getByLabel("Message", new Locator.GetByLabelOptions().setExact(true));
        input.fill(text);
        input.press("Enter");
    }

    private Locator reply(int number) {
        return pane().locator(".message.of-robot .bubble").nth(number - 1);
    }

    @Test
    void aConversationIsSwitchedToTheSimulatedModelAndMeetsItsFaults() {
        assertThat(answeredBy()).hasValue("echo");
        assertThat(answeredBy().locator("option")).hasText(new String[] { "echo", "simulated model" });
        say("hello");
        assertThat(reply(1)).hasText("hello");

        answeredBy().selectOption("simulated-model");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select agent, bound_by from binding")
                .equals(List.of(List.of("simulated-model", "chat-page"))));
        say("hello again");
        assertThat(reply(2)).containsText("[simulated model] You said: hello again");

        page.getByText("Faults of the simulated model").click();
        page.locator("[data-fault=modelFail]").click();
        assertThat(page.locator(".faults .log li").first()).containsText("The next call of the model meets a 503.");
        say("are you there?");
        assertThat(reply(3)).containsText("The language model is out of order just now.");
        assertThat(page.locator(".faults .log li").first()).containsText("The simulated model: fail");

        page.locator("[data-fault=modelNeverEnd]").click();
        say("count to infinity");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.simulator().model().requests().size() == 3);
        say("/stop");
        assertThat(reply(4)).containsText("Stopped.");
        ChatBrowser.screenshot(page, "chat-model");

        say("/bind echo");
        assertThat(reply(5)).containsText("echo");
        assertThat(answeredBy()).hasValue("echo");
        assertThat(COMPLAINTS).isEmpty();
    }
}
