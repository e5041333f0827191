package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.message.MessageParser;
import io.github.dingtalkcamel.component.model.ModelException;
import io.github.dingtalkcamel.component.model.ModelException.Kind;
import io.github.dingtalkcamel.simulator.model.ModelRequest;
import io.github.dingtalkcamel.simulator.model.ModelFault;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kamelet openai-agent-action in a bare Camel application, against the simulated model over real sockets. */
class ModelKameletTest {

    private static final String KEY = "sk-secret-of-the-model-0001";

    private final BareContext bare = new BareContext();

    @BeforeEach
    void kamelets() throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:model").to(uri("&systemMessage=Be brief"));
                from("direct:small").to(uri("&systemMessage=Be brief&historyTokens=20"));
                from("direct:fast").to(uri("&timeout=2s"));
                from("direct:thinking").to(uri("&keepThinking=true"));
                from("direct:vision").to(uri("&vision=true"));
            }
        });
    }

    @AfterEach
    void close() {
        bare.close();
    }

    private String uri(String more) {
        return "kamelet:openai-agent-action?baseUrl=" + bare.simulator().url() + "/v1/&model=house-model&apiKey=" + KEY + more;
    }

    private Exchange ask(String route, String text, Map<String, Object> headers, List<Map<String, Object>> history) {
        return bare.producer().request(route, exchange -> {
            exchange.getMessage().setBody(text);
            headers.forEach(exchange.getMessage()::setHeader);
            exchange.setProperty("CamelDingTalkHistory", history);
        });
    }

    private Exchange ask(String text) {
        return ask("direct:model", text, Map.of(), List.of());
    }

    private void plan(ModelFault... faults) {
        for (ModelFault fault : faults) {
            bare.simulator().model().plan(fault, 1);
        }
    }

    private List<ModelRequest> requests() {
        return bare.simulator().model().requests();
    }

    private static List<String> told(JsonNode body) {
        List<String> told = new ArrayList<>();
        body.path("messages").forEach(message -> told.add(message.path("role").asText() + "|" + message.path("content").asText()));
        return told;
    }

    private static Kind kind(Exchange exchange) {
        assertThat(exchange.getException()).isInstanceOf(ModelException.class);
        assertThat(exchange.getException().toString()).doesNotContain(KEY);
        return ((ModelException) exchange.getException()).kind();
    }

    @Test
    void answersWithTheModelsTextAndWhatItTook() {
        Exchange answer = ask("hello");

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody(String.class)).startsWith("[simulated model] You said: hello");
        JsonNode body = requests().get(0).body();
        assertThat(told(body)).containsExactly("system|Be brief", "user|hello");
        assertThat(body.path("model").asText()).isEqualTo("house-model");
        assertThat(body.path("temperature").asDouble()).isEqualTo(0.2);
        assertThat(body.path("max_tokens").asInt()).isEqualTo(2048);
        assertThat(requests().get(0).key()).isEqualTo(KEY);
        assertThat(answer.getMessage().getHeader("CamelDingTalkPromptTokens")).isInstanceOf(Long.class);
        assertThat(answer.getMessage().getHeader("CamelDingTalkCompletionTokens")).isInstanceOf(Long.class);
        assertThat(answer.getMessage().getHeader("CamelDingTalkReplyCutOff")).isNull();
    }

    @Test
    void namesTheSpeakersInAGroupOnOneLine() {
        List<Map<String, Object>> history = List.of(Map.of("role", "user", "text", "first", "senderNick", "An\nBoss: na"),
                Map.of("role", "assistant", "text", "second"));

        ask("direct:model", "third", Map.of("CamelDingTalkConversationType", "group", "CamelDingTalkSenderNick", "Bo"), history);
        ask("direct:model", "third", Map.of("CamelDingTalkConversationType", "dm", "CamelDingTalkSenderNick", "Bo"), history);

        assertThat(told(requests().get(0).body())).containsExactly("system|Be brief", "user|An Boss na: first", "assistant|second",
                "user|Bo: third");
        assertThat(told(requests().get(1).body())).containsExactly("system|Be brief", "user|first", "assistant|second", "user|third");
    }

    @Test
    void leavesOutTheOldestWhereTheHistoryDoesNotFit() {
        // 4 tokens for each message, and one for four letters or one Chinese character
        ask("direct:small", "now", Map.of(), List.of(Map.of("role", "user", "text", "oldest!!"), Map.of("role", "assistant", "text",
                "一二三四五六"),
                Map.of("role", "user", "text", "12345678")));

        assertThat(told(requests().get(0).body())).containsExactly("system|Be brief", "assistant|一二三四五六", "user|12345678", "user|now");
    }

    @Test
    void tellsTheModelWhatIsQuoted() {
        String json = """
                {"msgId":"m1","msgtype":"text","conversationType":"1","conversationId":"cid1","senderId":"s1","senderNick":"Bo","text":{"content":"why?",
                "isReplyMsg":true,"repliedMsg":{"msgId":"m0","msgType":"text","content":{"text":"It is late\\nand dark"}}}}""";
        bare.producer().request("direct:model", exchange -> {
            InboundMessage message = new MessageParser(Language.EN).parse("main", json);
            exchange.setProperty(InboundMessage.PROPERTY, message);
            exchange.getMessage().setBody(message.text());
        });

        assertThat(told(requests().get(0).body())).containsExactly("system|Be brief", "user|> It is late\n> and dark\n\nwhy?");
    }

    @ParameterizedTest
    @CsvSource({"REJECT_KEY,REJECTED_KEY,401", "UNKNOWN_MODEL,UNKNOWN_MODEL,404", "FAIL,BROKEN_DOWN,503", "BREAK,BROKEN_OFF,broke off",
        "NO_END,BROKEN_OFF,without a finish_reason", "NO_STREAM_BREAK,BROKEN_OFF,JSON that is broken or cut off",
        "FILTER,FILTERED,filtered", "EMPTY,EMPTY,without a text",
                "TOO_LONG,TOO_LONG,maximum context length"})
    void saysWhyThereIsNoAnswer(ModelFault fault, Kind kind, String words) {
        plan(fault);

        Exchange answer = ask("hello");

        assertThat(kind(answer)).isEqualTo(kind);
        assertThat(answer.getException()).hasMessageContaining(words).hasMessageContaining(kind.remedy());
        assertThat(requests()).hasSize(1);
    }

    @Test
    void aStreamWithAFinishReasonIsWholeWithoutItsEndMark() {
        plan(ModelFault.NO_DONE);

        assertThat(ask("hello").getMessage().getBody(String.class)).startsWith("[simulated model] You said: hello");
    }

    @Test
    void anAnswerThatIsNoStreamIsWhole() {
        plan(ModelFault.NO_STREAM);

        Exchange answer = ask("hello\nagain, \"quoted\"");

        assertThat(answer.getException()).isNull();
        assertThat(answer.getMessage().getBody(String.class)).startsWith("[simulated model] You said: hello\nagain, \"quoted\"");
        assertThat(requests()).singleElement().satisfies(request -> assertThat(request.body().path("stream").asBoolean()).isTrue());
        assertThat(answer.getMessage().getHeader("CamelDingTalkPromptTokens")).isInstanceOf(Long.class);
        assertThat(answer.getMessage().getHeader("CamelDingTalkCompletionTokens")).isInstanceOf(Long.class);
    }

    @Test
    void saysThatAnAnswerIsCutOff() {
        plan(ModelFault.CUT_OFF);

        Exchange answer = ask("hello");

        assertThat(answer.getMessage().getBody(String.class)).startsWith("[simulated model]");
        assertThat(answer.getMessage().getHeader("CamelDingTalkReplyCutOff")).isEqualTo(true);
    }

    @Test
    void leavesThinkingOutUnlessItIsWanted() {
        plan(ModelFault.THINK, ModelFault.THINK);

        assertThat(ask("hello").getMessage().getBody(String.class)).startsWith("[simulated model]").doesNotContain("think");
        assertThat(ask("direct:thinking", "hello", Map.of(), List.of()).getMessage().getBody(String.class))
                .startsWith("<think>They want something.</think>");
    }

    @Test
    void asksAgainAfter429ButNotBeforeTheServerSaid() {
        plan(ModelFault.THROTTLE);

        assertThat(ask("hello").getMessage().getBody(String.class)).startsWith("[simulated model]");

        Instant first = requests().get(0).at();
        assertThat(requests()).hasSize(2);
        assertThat(Duration.between(first, requests().get(1).at())).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void fails429WhereItsTimeIsLaterThanTheTimeoutAndAsksNothingMeanwhile() {
        plan(ModelFault.THROTTLE_LONG);

        assertThat(kind(ask("direct:fast", "hello", Map.of(), List.of()))).isEqualTo(Kind.THROTTLED);
        assertThat(kind(ask("direct:fast", "hello", Map.of(), List.of()))).isEqualTo(Kind.THROTTLED);
        assertThat(requests()).hasSize(1);
    }

    @Test
    void asksOnceMoreWithHalfTheHistoryWhereThePromptIsTooLong() {
        plan(ModelFault.TOO_LONG);
        List<Map<String, Object>> history = List.of(Map.of("role", "user", "text", "aaaaaaaa"), Map.of("role", "assistant", "text",
                "bbbbbbbb"),
                Map.of("role", "user", "text", "cccccccc"), Map.of("role", "assistant", "text", "dddddddd"));

        assertThat(ask("direct:model", "now", Map.of(), history).getException()).isNull();

        assertThat(told(requests().get(0).body())).hasSize(6);
        assertThat(told(requests().get(1).body())).containsExactly("system|Be brief", "user|cccccccc", "assistant|dddddddd", "user|now");
    }

    @ParameterizedTest
    @CsvSource({"NEVER_END", "NEVER_ANSWER", "SLOW"})
    void aTimeoutClosesTheConnection(ModelFault fault) throws Exception {
        plan(fault);
        long begun = System.nanoTime();

        assertThat(kind(ask("direct:fast", "hello", Map.of(), List.of()))).isEqualTo(Kind.TIMED_OUT);

        BareContext.await(() -> requests().size() == 1);
        assertThat(requests().get(0).answered().get(10, TimeUnit.SECONDS)).as("answered whole").isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @CsvSource({"NEVER_END", "NEVER_ANSWER"})
    void aStopClosesTheConnection(ModelFault fault) throws Exception {
        plan(fault);
        Stop stop = new Stop();
        CompletableFuture<Exchange> answer = bare.producer().asyncSend("direct:model", exchange -> {
            exchange.getMessage().setBody("hello");
            exchange.setProperty(StopSignal.PROPERTY, stop);
        });
        BareContext.await(() -> requests().size() == 1 && stop.call != null);

        long begun = System.nanoTime();
        stop.call.end();

        assertThat(requests().get(0).answered().get(10, TimeUnit.SECONDS)).as("answered whole").isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(kind(answer.get(10, TimeUnit.SECONDS))).isEqualTo(Kind.STOPPED);
        assertThat(stop.call.isOver()).isTrue();
    }

    @Test
    void showsPicturesToAModelThatSees() throws Exception {
        byte[] png = ("\u0089PNG" + "x".repeat(20)).getBytes(StandardCharsets.ISO_8859_1);
        String code = bare.simulator().attach(BareContext.APP_KEY, "p.png", png);
        String json = """
                {"msgId":"m1","msgtype":"picture","conversationType":"1","conversationId":"cid1","senderId":"s1","content":{"downloadCode":"%s"}}"""
                .formatted(code);
        for (String route : List.of("direct:vision", "direct:model")) {
            Exchange answer = bare.producer().request(route, exchange -> {
                InboundMessage message = new MessageParser(Language.EN).parse("main", json);
                exchange.setProperty(InboundMessage.PROPERTY, message);
                exchange.getMessage().setBody(message.text());
            });
            assertThat(answer.getException()).isNull();
        }

        JsonNode content = requests().get(0).body().at("/messages/0/content");
        assertThat(content.at("/0/text").asText()).isEqualTo("[picture]");
        assertThat(content.at("/1/image_url/url").asText()).isEqualTo("data:image/png;base64," + java.util.Base64.getEncoder()
                .encodeToString(png));
        assertThat(told(requests().get(1).body())).endsWith("user|[picture]");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"msgtype":"audio","content":{"recognition":"when is lunch?","duration":1000,"downloadCode":"c"}}   | when is lunch?
            {"msgtype":"file","content":{"fileName":"menu.pdf","downloadCode":"c","spaceId":"1","fileId":"2"}} | [file: menu.pdf]
            """)
    void tellsTheModelWhatWasSpokenAndWhatAFileIsCalled(String message, String told) {
        bare.producer().request("direct:model", exchange -> {
            InboundMessage parsed = new MessageParser(Language.EN).parse("main", message.replaceFirst("\\{",
                    "{\"msgId\":\"m1\",\"conversationType\":\"1\","
                    + "\"conversationId\":\"cid1\",\"senderId\":\"s1\","));
            exchange.setProperty(InboundMessage.PROPERTY, parsed);
            exchange.getMessage().setBody(parsed.text());
        });

        assertThat(told(requests().get(0).body())).containsExactly("system|Be brief", "user|" + told);
    }

    @Test
    void showsItsKeyInNoNameOfAnEndpointAndSaysWhatIsSetWrongly() throws Exception {
        assertThat(bare.context().getEndpoints().toString()).doesNotContain(KEY);
        assertThatThrownBy(() -> bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:wrong").to("kamelet:openai-agent-action?baseUrl=nowhere&model=m");
            }
        })).hasStackTraceContaining("baseUrl must be an http or https URL");
    }

    @Test
    void saysThatTheServerCanNotBeReached() throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:nobody").to("kamelet:openai-agent-action?baseUrl=http://127.0.0.1:1/v1&model=m");
            }
        });

        assertThat(kind(ask("direct:nobody", "hello", Map.of(), List.of()))).isEqualTo(Kind.UNREACHABLE);
    }

    private static final class Stop implements StopSignal {

        private volatile Call call;

        @Override
        public boolean isStopped() {
            return false;
        }

        @Override
        public void whenStopped(Call registered) {
            call = registered;
        }
    }
}
