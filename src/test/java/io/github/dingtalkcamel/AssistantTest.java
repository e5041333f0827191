package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.model.ModelRequest;
import io.github.dingtalkcamel.simulator.model.ModelFault;
import io.github.dingtalkcamel.simulator.model.SimulatedModel;
import io.github.dingtalkcamel.simulator.platform.Group;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bot whose assistant is a language model, connected by settings alone; here the simulated model with its faults. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AssistantTest {

    private static final String KEY = "sk-key-of-the-assistant-0123456789";
    private static final String PROMPT = "You are the assistant of a small shop.\nAnswer in one sentence: ${no.language}";

    private Bot bot;
    private SimulatedModel model;
    private int people;
    private String person;

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.llm-model", "house-model", "dingtalk.llm-api-key", KEY, "dingtalk.max-running-turns", "8"));
        bot.simulator().addApp(SimulatedApp.of("dingzh", Bot.APP_SECRET));
        bot.set("dingtalk.integrations.zh.app-key", "dingzh").set("dingtalk.integrations.zh.app-secret", Bot.APP_SECRET);
        model = bot.simulator().model();
        model.requireKey(KEY);
        bot.set("dingtalk.llm-base-url", bot.simulator().url() + "/v1/").set("dingtalk.llm-prompt", PROMPT).start();
        bot.simulator().callbackUrl("dingzh", bot.webhookUrl("zh"));
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    @BeforeEach
    void aPersonOfItsOwn() {
        model.clear();
        model.requireKey(KEY);
        person = "asker" + ++people;
    }

    private String dm() {
        return bot.simulator().dm(Bot.APP_KEY, person);
    }

    private List<String> ask(String text, int replies) {
        bot.say(UserMessage.text(text).from(person));
        return bot.awaitReplies(dm(), replies);
    }

    private ModelRequest lastRequest() {
        List<ModelRequest> requests = model.requests();
        return requests.get(requests.size() - 1);
    }

    @Test
    void answersWhereNothingIsBoundByTheModelOfTheSettings() {
        List<String> replies = ask("hello", 1);

        assertThat(replies).singleElement().asString().startsWith("[simulated model] You said: hello");
        assertThat(lastRequest().key()).isEqualTo(KEY);
        assertThat(lastRequest().body().path("model").asText()).isEqualTo("house-model");
        assertThat(lastRequest().body().at("/messages/0/role").asText()).isEqualTo("system");
        assertThat(lastRequest().body().at("/messages/0/content").asText()).isEqualTo(PROMPT);
        assertThat(ask("/usage", 2).get(1)).containsPattern("Tokens: [1-9]\\d* in, [1-9]\\d* out");
        assertThat(ask("/status", 3).get(2)).contains("Agent: assistant (fallback)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            REJECT_KEY    | does not accept this bot's key           | answered 401: Incorrect API key provided (simulated). Check the API key
            UNKNOWN_MODEL | does not exist                           | answered 404: The model does not exist
            FAIL          | out of order just now                    | answered 503: The engine is overloaded (simulated)
            BREAK         | answer broke off                         | broke off
            NO_END        | answer broke off                         | ended without a finish_reason
            TOO_LONG      | more than the language model can read    | This model's maximum context length is 8192 tokens
            FILTER        | filtered this out                        | filtered the answer
            EMPTY         | an empty answer                          | answered without a text
            """)
    void tellsTheUserWhyThereIsNoAnswerAndTheOperatorWhatToDo(ModelFault fault, String text, String line) {
        model.plan(fault, 1);
        try (LogLines log = LogLines.listen()) {
            String reply = ask("what now?", 1).get(0);

            assertThat(reply).contains(text).doesNotContain("house-model");
            String reference = reply.replaceAll(".*reference ([a-z]+-\\d+).*", "$1");
            assertThat(reference).matches("main-\\d+");
            assertThat(log.containing("Turn " + reference + ": agent assistant failed")).singleElement().asString()
                    .containsIgnoringCase("model house-model at http://").contains(line);
            assertThat(log.all()).noneMatch(each -> each.contains(KEY));
        }
        assertThat(ask("and now?", 2).get(1)).as("the next message").startsWith("[simulated model] You said: and now?");
    }

    /** Else anyone could make the assistant unavailable for others. */
    @Test
    void messagesThatAreFilteredDoNotMakeTheAssistantUnavailable() {
        model.plan(ModelFault.FILTER, 12);
        for (int i = 1; i <= 12; i++) {
            assertThat(ask("something bad", i).get(i - 1)).contains("filtered this out");
        }

        assertThat(ask("hello", 13).get(12)).startsWith("[simulated model] You said: hello");
    }

    @Test
    void tellsTheReasonInTheLanguageOfTheIntegration() {
        model.plan(ModelFault.FAIL, 1);

        bot.say(UserMessage.text("你好").from(person).to("dingzh"));

        assertThat(bot.awaitReplies(bot.simulator().dm("dingzh", person), 1).get(0)).matches("大模型服务出现故障，请过几分钟再试（编号 zh-\\d+）。");
    }

    @Test
    void saysBelowAnAnswerThatItIsCutOffAndKeepsThatOutOfTheHistory() {
        model.plan(ModelFault.CUT_OFF, 1);

        assertThat(ask("tell me all", 1).get(0)).startsWith("[simulated model] You said: tell me all")
                .endsWith("*(The answer was too long and is cut off here. Say \"go on\" to read more.)*");

        ask("go on", 2);
        JsonNode messages = lastRequest().body().path("messages");
        assertThat(messages.path(2).path("role").asText()).isEqualTo("assistant");
        assertThat(messages.path(2).path("content").asText()).startsWith("[simulated model] You said: tell me all")
                .doesNotContain("cut off");
    }

    @Test
    void namesTheSpeakersOfAGroupAndForgetsThemWithTheSession() {
        String group = "cidShop";
        bot.simulator().addGroup(new Group(group, "Shop"));
        bot.simulator().addPerson(Person.of("ann", "Ann"));
        bot.simulator().addPerson(Person.of("bo", "Bo"));
        bot.say(UserMessage.text("what is open?").from("ann").inGroup(group));
        bot.awaitReplies(group, 1);
        bot.say(UserMessage.text("and tomorrow?").from("bo").inGroup(group));
        bot.awaitReplies(group, 2);

        List<String> told = new ArrayList<>();
        lastRequest().body().path("messages").forEach(each -> told.add(each.path("role").asText() + "|" + each.path("content").asText()));
        assertThat(told.get(1)).isEqualTo("user|Ann: what is open?");
        assertThat(told.get(2)).startsWith("assistant|[simulated model]");
        assertThat(told.get(3)).isEqualTo("user|Bo: and tomorrow?");

        bot.say(UserMessage.text("/new").from("bo").inGroup(group));
        bot.awaitReplies(group, 3);
        bot.say(UserMessage.text("hello again").from("bo").inGroup(group));
        bot.awaitReplies(group, 4);
        assertThat(lastRequest().body().path("messages").size()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({ "NEVER_END", "NEVER_ANSWER" })
    void stopClosesTheConnectionToTheModel(ModelFault fault) throws Exception {
        model.plan(fault, 1);
        int before = model.requests().size();
        bot.say(UserMessage.text("count to infinity").from(person));
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> model.requests().size() == before + 1);

        bot.say(UserMessage.text("/stop").from(person));

        assertThat(lastRequest().answered().get(20, TimeUnit.SECONDS)).as("answered whole").isFalse();
        assertThat(bot.awaitReplies(dm(), 1)).containsExactly("Stopped.");
        assertThat(ask("hello", 2).get(1)).startsWith("[simulated model] You said: hello");
    }

    @Test
    void healthSaysWhatIsWrongAndAsksTheModelNothingForThat() throws Exception {
        ask("hello", 1);
        assertThat(llm().path("status").asText()).isEqualTo("UP");
        model.requireKey("another");
        ask("hello", 2);
        int asked = model.requests().size();

        JsonNode down = llm();
        assertThat(down.path("status").asText()).isEqualTo("DOWN");
        assertThat(down.toString()).contains("Model house-model at http:", "answered 401", "Check the API key").doesNotContain(KEY);
        assertThat(model.requests()).hasSize(asked);
        assertThat(bot.get(bot.managementUrl() + "/observe/health/ready").statusCode()).as("ready without a model").isEqualTo(200);

        model.requireKey(KEY);
        ask("hello", 3);
        assertThat(llm().path("status").asText()).isEqualTo("UP");
    }

    private JsonNode llm() throws Exception {
        return ManagementTest.check(bot.get(bot.managementUrl() + "/observe/health"), "llm");
    }

    /** The prompt may hold what is not for everyone as well. */
    @Test
    void keyAndPromptAreInNoBeanOfJmxAndNoPage() throws Exception {
        ask("hello", 1);
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        StringBuilder seen = new StringBuilder();
        for (ObjectName name : server.queryNames(new ObjectName("org.apache.camel:*"), null)) {
            seen.append(name).append('\n');
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                try {
                    seen.append(server.getAttribute(name, attribute.getName())).append('\n');
                } catch (Exception e) {
                    // not every attribute can be read
                }
            }
        }
        for (ObjectName route : server.queryNames(new ObjectName("org.apache.camel:type=routes,*"), null)) {
            seen.append(server.invoke(route, "dumpRouteAsXml", new Object[] { true }, new String[] { "boolean" }));
        }
        seen.append(bot.get(bot.managementUrl() + "/observe/health").body()).append(bot.get(bot.managementUrl() + "/observe/metrics")
                .body());

        assertThat(seen).contains("openai-agent-action", "turn-agent-assistant");
        assertThat(seen.toString()).doesNotContain(KEY).doesNotContain("small shop");
    }

    /** A kamelet's instance keeps to what the server said, so this has a bot of its own. */
    @Test
    void saysWhenAModelThatIsAskedTooOftenMayBeAskedAgain() throws Exception {
        try (Bot throttled = Bot.withSettings(Map.of("dingtalk.llm-model", "house-model"));
                LogLines log = LogLines.listen()) {
            throttled.set("dingtalk.llm-base-url", throttled.simulator().url() + "/v1").start();
            throttled.simulator().model().plan(ModelFault.THROTTLE_LONG, 1);

            throttled.say("hello");
            throttled.say("hello again");

            List<String> replies = throttled.awaitReplies(throttled.simulator().dm(Bot.APP_KEY, "staff001"), 2);
            assertThat(replies).allMatch(reply -> reply.matches(
                    "The language model is asked too often just now. Please try again in 3,[56]\\d\\d s; reference main-\\d+."));
            assertThat(throttled.simulator().model().requests()).as("asked once, and not again before the server's time").hasSize(1);
            assertThat(log.containing("agent assistant failed")).hasSize(2)
                    .anyMatch(line -> line.contains("answered 429: Rate limit reached (simulated). Wait, or"));
            assertThat(log.containing("Model: house-model at " + throttled.simulator().url() + "/v1 answers as agent assistant"))
                    .hasSize(1);
        }
    }
}
