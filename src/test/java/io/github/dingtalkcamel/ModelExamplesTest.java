package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.simulator.model.ModelFault;
import io.github.dingtalkcamel.simulator.model.ModelRequest;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The recipes for models in the folder examples, as they are, in the routes directory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelExamplesTest {

    private final List<String> looked = new CopyOnWriteArrayList<>();
    private HttpServer orders;
    private Bot bot;
    private int people;
    private String person;

    @BeforeAll
    void start() throws Exception {
        orders = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        orders.createContext("/orders/", exchange -> {
            looked.add(exchange.getRequestURI() + " by " + exchange.getRequestHeaders().getFirst("X-Asker"));
            boolean known = exchange.getRequestURI().getPath().endsWith("A-4711");
            byte[] body = (known ? "{\"state\":\"on its way\",\"arrives\":\"2026-12-01\"}" : "no").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(known ? 200 : 404, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        orders.start();
        bot = Bot.withSettings(Map.of("dingtalk.llm-model", "first", "dingtalk.llm-api-key", "sk-first-0123456789"));
        String base = bot.simulator().url() + "/v1";
        bot.set("dingtalk.llm-base-url", base).property("second.base-url", base).property("second.model", "second")
                .property("second.api-key", "sk-second")
                .property("orders.url", "http://127.0.0.1:" + orders.getAddress().getPort() + "/orders");
        for (String name : List.of("house-assistant", "keywords-first", "second-model", "order-lookup")) {
            // each takes all messages of main; side by side, bindings choose
            bot.route(name + ".camel.yaml", Files.readString(Path.of("examples", name + ".camel.yaml"))
                    .replace("      parameters:\n        trigger: main\n", ""));
        }
        bot.start();
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
        orders.stop(0);
    }

    @BeforeEach
    void aPersonOfItsOwn() {
        person = "reader" + ++people;
        bot.simulator().model().clear();
        looked.clear();
    }

    private String ask(String agent, String text) {
        String dm = bot.simulator().dm(Bot.APP_KEY, person);
        bot.context().getRegistry().lookupByNameAndType("bindings", Bindings.class).bind("main", dm, agent, "test");
        int before = bot.replies(dm).size();
        bot.say(UserMessage.text(text).from(person));
        return bot.awaitReplies(dm, before + 1).get(before);
    }

    private JsonNode lastRequest() {
        List<ModelRequest> requests = bot.simulator().model().requests();
        return requests.get(requests.size() - 1).body();
    }

    @Test
    void theHouseAssistantKnowsTheHouse() {
        assertThat(ask("house-assistant", "When are you open?")).startsWith("[simulated model] You said: When are you open?");

        assertThat(lastRequest().at("/messages/0/content").asText()).startsWith("You are the assistant of Example Ltd.")
                .contains("\"guests\"", "billing@example.com")
                .endsWith("name the help desk.");
    }

    @Test
    void keywordsAreAnsweredWithoutTheModel() {
        int asked = bot.simulator().model().requests().size();

        assertThat(ask("keywords-first", "How do I get VPN here?")).startsWith("**VPN**: install the client");
        assertThat(ask("keywords-first", "怎么报销？")).startsWith("报销 / expenses: [portal]");
        assertThat(bot.simulator().model().requests()).hasSize(asked);

        assertThat(ask("keywords-first", "Who are you?")).startsWith("[simulated model] You said: Who are you?");
    }

    @Test
    void theSecondModelAnswersWhereTheFirstIsDown() {
        assertThat(ask("second-model", "hello")).startsWith("[simulated model] You said: hello");
        assertThat(lastRequest().path("model").asText()).isEqualTo("first");

        bot.simulator().model().plan(ModelFault.FAIL, 1);
        try (LogLines log = LogLines.listen()) {
            assertThat(ask("second-model", "hello again")).startsWith("[simulated model] You said: hello again");
            assertThat(log.containing("The second model is asked: Model first at http")).singleElement().asString()
                    .contains("answered 503");
        }
        assertThat(lastRequest().path("model").asText()).isEqualTo("second");

        bot.simulator().model().plan(ModelFault.FILTER, 1);
        assertThat(ask("second-model", "something bad")).contains("filtered this out");
        assertThat(lastRequest().path("model").asText()).isEqualTo("first");
    }

    @Test
    void anOrderIsLookedUpForThePersonWhoAsks() {
        assertThat(ask("order-assistant", "Where is order A-4711?"))
                .startsWith("[simulated model] The tool answered: {\"state\":\"on its way\",\"arrives\":\"2026-12-01\"}");
        assertThat(looked).containsExactly("/orders/A-4711 by " + person);

        assertThat(ask("order-assistant", "And B-1?"))
                .startsWith("[simulated model] The tool answered: There is no such order of this person's.");
        assertThat(ask("order-assistant", "And A-1234567890?"))
                .startsWith("[simulated model] The tool answered: An order's number is a capital letter");
        List<String> paths = new ArrayList<>(looked);
        assertThat(paths).containsExactly("/orders/A-4711 by " + person, "/orders/B-1 by " + person);
    }
}
