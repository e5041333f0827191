package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.model.ModelException;
import io.github.dingtalkcamel.component.model.ModelException.Kind;
import io.github.dingtalkcamel.simulator.model.ModelFault;
import io.github.dingtalkcamel.simulator.model.ModelRequest;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routes that a model calls, and what is shown while an answer forms: the kamelet openai-agent-action in a bare Camel application. */
class ModelToolsTest {

    private static final String SCHEMA = """
            {"type": "object", "title": "Looking up the order", "required": ["number"], "properties": {
              "number": {"type": "string", "description": "The number of the order"},
              "lines": {"type": "array", "items": {"type": "integer"}}, "kind": {"enum": ["b2b", "b2c"]}}}""";

    private final BareContext bare = new BareContext();
    private final List<Exchange> called = new CopyOnWriteArrayList<>();

    @BeforeEach
    void routes() throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:model").to(uri("&tools=look-up-order"));
                from("direct:two").to(uri("&tools=direct:breaks, look-up-order"));
                from("direct:much").to(uri("&tools=large"));
                from("direct:wrong").to(uri("&tools=nowhere"));
                from("direct:look-up-order").description("Looks up an order by its number").routeNote(SCHEMA)
                        .process(exchange -> {
                            called.add(exchange.copy());
                            exchange.getMessage().setBody(Map.of("state", "on its way"));
                        });
                from("direct:breaks").description("Breaks").process(exchange -> {
                    throw new IllegalStateException("secret of the database");
                });
                from("direct:large").description("Says much").setBody(constant("x".repeat(20_000)));
            }
        });
    }

    @AfterEach
    void close() {
        bare.close();
    }

    private String uri(String more) {
        return "kamelet:openai-agent-action?baseUrl=" + bare.simulator().url() + "/v1&model=house-model" + more;
    }

    private Exchange ask(String route, String text, Map<String, Object> properties) {
        return bare.producer().request(route, exchange -> {
            exchange.getMessage().setBody(text);
            exchange.getMessage().setHeader("CamelDingTalkSenderId", "staff007");
            exchange.getMessage().setHeader("Authorization", "not for tools");
            properties.forEach(exchange::setProperty);
        });
    }

    private List<ModelRequest> requests() {
        return bare.simulator().model().requests();
    }

    @Test
    void theModelCallsARouteWithItsArgumentsAndTheRouteSeesWhoAsked() {
        Exchange answer = ask("direct:model", "Where is order A-4711?", Map.of());

        assertThat(answer.getMessage().getBody(String.class)).startsWith("[simulated model] The tool answered: {\"state\":\"on its way\"}");
        assertThat(called).singleElement().satisfies(call -> {
            assertThat(call.getMessage().getBody()).isEqualTo(Map.of("number", "A-4711"));
            assertThat(call.getMessage().getHeader("CamelDingTalkSenderId")).isEqualTo("staff007");
            assertThat(call.getMessage().getHeaders()).doesNotContainKeys("Authorization", "number");
        });
        JsonNode function = requests().get(0).body().at("/tools/0/function");
        assertThat(function.path("name").asText()).isEqualTo("look-up-order");
        assertThat(function.path("description").asText()).isEqualTo("Looks up an order by its number");
        assertThat(function.at("/parameters/properties/number/type").asText()).isEqualTo("string");
        assertThat(function.at("/parameters/properties/number/description").asText()).isEqualTo("The number of the order");
        assertThat(function.at("/parameters/properties/lines/items/type").asText()).isEqualTo("integer");
        assertThat(function.at("/parameters/properties/kind/enum/1").asText()).isEqualTo("b2c");
        assertThat(function.at("/parameters/required/0").asText()).isEqualTo("number");
        JsonNode second = requests().get(1).body().path("messages");
        assertThat(second.get(second.size() - 2).at("/tool_calls/0/function/name").asText()).isEqualTo("look-up-order");
        assertThat(second.get(second.size() - 1).path("tool_call_id").asText()).isEqualTo("call_simulated");
        long prompts = requests().stream().mapToLong(each -> Math.max(1, each.body().path("messages").toString().length() / 4)).sum();
        assertThat(answer.getMessage().getHeader("CamelDingTalkPromptTokens")).as("of both rounds").isEqualTo(prompts);
    }

    @Test
    void aModelThatDoesNotStreamCallsToolsAsWell() {
        bare.simulator().model().plan(ModelFault.NO_STREAM, 2);

        Exchange answer = ask("direct:model", "Where is order A-4711?", Map.of());

        assertThat(answer.getMessage().getBody(String.class)).startsWith("[simulated model] The tool answered: {\"state\":\"on its way\"}");
        assertThat(called).singleElement()
                .satisfies(call -> assertThat(call.getMessage().getBody()).isEqualTo(Map.of("number", "A-4711")));
    }

    @Test
    void aToolThatFailsIsToldToTheModelWithoutDetails() {
        bare.simulator().model().plan(ModelFault.CALL_TOOL, 1);

        Exchange answer = ask("direct:two", "hello", Map.of());

        assertThat(answer.getMessage().getBody(String.class)).startsWith("[simulated model] The tool answered: The tool failed.")
                .doesNotContain("database");
    }

    @Test
    void anArgumentThatIsMissingIsToldToTheModelAndTheRouteIsNotCalled() {
        bare.simulator().model().plan(ModelFault.CALL_TOOL, 1);

        Exchange answer = ask("direct:model", "Where is my order?", Map.of());

        assertThat(answer.getMessage().getBody(String.class))
                .startsWith("[simulated model] The tool answered: The argument number is missing.");
        assertThat(called).isEmpty();
    }

    @Test
    void theSizeOfAResultIsBounded() {
        bare.simulator().model().plan(ModelFault.CALL_TOOL, 1);

        ask("direct:much", "hello", Map.of());

        JsonNode messages = requests().get(1).body().path("messages");
        assertThat(messages.get(messages.size() - 1).path("content").asText()).hasSizeLessThan(16_500)
                .endsWith("… (cut off: the result has 20000 characters)");
    }

    @Test
    void aModelThatCallsToolsWithoutEndIsEnded() {
        bare.simulator().model().plan(ModelFault.CALL_TOOL, 50);

        Exchange answer = ask("direct:model", "hello", Map.of());

        assertThat(answer.getException()).isInstanceOf(ModelException.class);
        assertThat(((ModelException) answer.getException()).kind()).isEqualTo(Kind.TOO_MANY_CALLS);
        assertThat(requests()).hasSize(9);
    }

    @Test
    void aToolThatNoRouteProvidesFailsTheCallAndSaysWhatToDo() {
        Exchange answer = ask("direct:wrong", "hello", Map.of());

        assertThat(answer.getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tools names nowhere, but no route consumes from direct:nowhere: add or start one");
        assertThat(requests()).isEmpty();
    }

    @Test
    void aStopEndsWhatAToolWaitsFor() throws Exception {
        CompletableFuture<StopSignal.Call> waits = new CompletableFuture<>();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:waiting").to(uri("&tools=waits"));
                from("direct:waits").description("Waits").process(exchange -> {
                    exchange.getProperty(StopSignal.PROPERTY, StopSignal.class).whenStopped(new StopSignal.Call() {
                        @Override
                        public void end() {
                            ended.complete(true);
                        }

                        @Override
                        public boolean isOver() {
                            return ended.isDone();
                        }
                    });
                    waits.complete(null);
                    ended.get(30, TimeUnit.SECONDS);
                });
            }
        });
        bare.simulator().model().plan(ModelFault.CALL_TOOL, 1);
        Registered stop = new Registered();
        CompletableFuture<Exchange> answer = bare.producer().asyncSend("direct:waiting", exchange -> {
            exchange.getMessage().setBody("hello");
            exchange.setProperty(StopSignal.PROPERTY, stop);
        });
        waits.get(30, TimeUnit.SECONDS);

        stop.call.get(30, TimeUnit.SECONDS).end();

        assertThat(ended.get(15, TimeUnit.SECONDS)).as("before the time of a tool is over").isTrue();
        assertThat(((ModelException) answer.get(30, TimeUnit.SECONDS).getException()).kind()).isEqualTo(Kind.STOPPED);
        assertThat(requests()).hasSize(1);
    }

    @Test
    void showsTheAnswerWhileItFormsWithoutWhatIsThought() {
        bare.simulator().model().plan(ModelFault.THINK, 1);
        Shown shown = new Shown();

        String reply = ask("direct:model", "hello", Map.of(ReplyDraft.PROPERTY, shown)).getMessage().getBody(String.class);

        assertThat(shown.texts).hasSizeGreaterThan(3).allSatisfy(text -> assertThat(reply).startsWith(text.strip()));
        assertThat(shown.texts.get(shown.texts.size() - 1)).isEqualTo(reply);
        assertThat(shown.texts).filteredOn(text -> !text.isEmpty()).isSortedAccordingTo((one, other) -> Integer.compare(one.length(),
                other.length()));
    }

    @Test
    void showsWhatAToolDoes() {
        Shown shown = new Shown();

        ask("direct:model", "Where is order A-4711?", Map.of(ReplyDraft.PROPERTY, shown));

        assertThat(shown.activities).containsExactly("Looking up the order");
    }

    private static final class Shown implements ReplyDraft {

        private final List<String> texts = new ArrayList<>();
        private final List<String> activities = new ArrayList<>();

        @Override
        public void update(String text) {
            texts.add(text);
        }

        @Override
        public void activity(String words) {
            activities.add(words);
        }
    }

    private static final class Registered implements StopSignal {

        private final CompletableFuture<Call> call = new CompletableFuture<>();

        @Override
        public boolean isStopped() {
            return false;
        }

        @Override
        public void whenStopped(Call registered) {
            call.complete(registered);
        }
    }
}
