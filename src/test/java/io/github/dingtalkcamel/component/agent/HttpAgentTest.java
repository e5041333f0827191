package io.github.dingtalkcamel.component.agent;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage.AttachmentKind;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage.Quote;
import io.github.dingtalkcamel.component.message.InboundMessage.Sender;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kamelet http-agent-action, in a Camel context of any application, against a service of which each byte is known. */
class HttpAgentTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKEN = "tok-7f3a9c51d2e84b60";

    private final BlockingQueue<Received> received = new ArrayBlockingQueue<>(10);
    private ServerSocket server;
    private DefaultCamelContext context;
    private volatile String answer;
    private volatile boolean keepOpen;

    private record Received(String head, String body, CompletableFuture<Boolean> closed) {
    }

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread accepting = new Thread(this::serve);
        accepting.setDaemon(true);
        accepting.start();
        context = new DefaultCamelContext();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                String kamelet = "kamelet:http-agent-action?url=http://127.0.0.1:" + server.getLocalPort() + "/ask";
                from("direct:ask").to(kamelet + "&apiToken=" + TOKEN + "&timeout=1s");
                from("direct:ask-long").to(kamelet + "&timeout=1m");
                // the step kamelet of Camel's DSL, beside the endpoint
                from("direct:ask-step").kamelet("http-agent-action?url=http://127.0.0.1:" + server.getLocalPort() + "/step&timeout=1s");
            }
        });
        context.start();
    }

    @AfterEach
    void stop() throws IOException {
        context.close();
        server.close();
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread answering = new Thread(() -> answer(socket));
                answering.setDaemon(true);
                answering.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void answer(Socket socket) {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        try (socket) {
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            int length = Integer.parseInt(head.toString().replaceAll("(?is).*content-length: (\\d+).*", "$1"));
            received.add(new Received(head.toString(), new String(in.readNBytes(length), StandardCharsets.UTF_8), closed));
            if (answer != null) {
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
            }
            if (keepOpen) {
                closed.complete(in.read() < 0);
            }
        } catch (IOException e) {
            closed.complete(true);
        }
    }

    private static String ok(String type, String body) {
        return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: " + type + "\r\n\r\n" + body;
    }

    private Exchange ask() {
        return context.createProducerTemplate().request("direct:ask", exchange -> exchange.getMessage().setBody("hello"));
    }

    @Test
    void theServiceIsToldAllOfTheEnvelope() throws Exception {
        answer = ok("text/plain", "ok");
        InboundMessage message = new InboundMessage("main", "msg1", "text", ConversationType.GROUP, "cid1", "Ops",
                new Sender("$:x", "staff001", null, "小明", true), null, null, true, false, null, "raw",
                List.of(new Attachment(AttachmentKind.PICTURE, "code1", "a.png", null, null)),
                new Quote("q1", "text", null, "Li", null, "quoted", List.of(), null, null), null, null, List.of(), null);
        context.createProducerTemplate().request("direct:ask", exchange -> {
            exchange.setProperty(InboundMessage.PROPERTY, message);
            exchange.setProperty(AgentHeaders.HISTORY, List.of(
                    Map.of("role", "user", "text", "before", "at", Instant.EPOCH.toString(), "senderId", "s2", "senderNick", "Wang"),
                    Map.of("role", "assistant", "text", "answered", "at", Instant.EPOCH.toString())));
            exchange.getMessage().setBody("你好");
            exchange.getMessage().setHeaders(new java.util.HashMap<>(Map.of("CamelDingTalkMessageId", "msg1",
                    "CamelDingTalkMessageType", "text",
                    "CamelDingTalkIntegration", "main", "CamelDingTalkAgent", "helpdesk", "CamelDingTalkSessionId", "7",
                    "CamelDingTalkConversationId", "cid1", "CamelDingTalkConversationType", "group", "CamelDingTalkSenderId", "staff001",
                    "CamelDingTalkSenderNick", "小明", "traceparent", "00-abc-def-01")));
            exchange.getMessage().setHeader("CamelDingTalkConversationTitle", "Ops");
        });
        Received request = received.poll(5, TimeUnit.SECONDS);
        assertThat(request.head()).startsWith("POST /ask ").containsIgnoringCase("authorization: Bearer " + TOKEN)
                .containsIgnoringCase("content-type: application/json; charset=UTF-8").containsIgnoringCase("traceparent: 00-abc-def-01");
        JsonNode sent = JSON.readTree(request.body());
        assertThat(sent).isEqualTo(JSON.readTree("""
                {"version":1,"text":"你好","messageId":"msg1","messageType":"text","integration":"main","agent":"helpdesk",
                 "sessionId":"7",
                 "conversation":{"id":"cid1","type":"group","title":"Ops"},"sender":{"id":"staff001","nick":"小明","isAdmin":true},
                 "quote":{"text":"quoted","senderNick":"Li"},
                 "history":[{"role":"user","text":"before","at":"1970-01-01T00:00:00Z","senderId":"s2","senderNick":"Wang"},
                            {"role":"assistant","text":"answered","at":"1970-01-01T00:00:00Z"}],
                 "attachments":[{"type":"picture","name":"a.png","downloadCode":"code1"}]}"""));
        assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("docs/agent-envelope.schema.json")))
                .validate(sent)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, value = {
        "text/markdown|**hi**|**hi**", "text/plain|  |",
        "application/json|{\"reply\":\"hi\",\"later\":1}|hi",
        "application/json|{\"reply\":null}|",
        "application/json|{\"reply\":\"\"}|",
        "application/json|{\"files\":[{\"url\":\"https://x/y\"}]}|",
        "text/event-stream|data: one\\n\\ndata:  two\\n\\ndata: {\"delta\":\"!\"}\\n\\n|one two!",
        "text/event-stream|: ping\\n\\ndata: a\\r\\ndata: b\\r\\n\\r\\n|a\\nb",
        "text/event-stream|\uFEFFdata: a\\n\\ndata: b\\n\\n|ab", "application/json|\uFEFF{\"reply\":\"hi\"}|hi", "text/plain|\uFEFFhi|hi",
        "text/event-stream|data: a\\n\\ndata: [DONE]\\n\\ndata: b\\n\\n|a"})
    void theAnswerBecomesTheBody(String type, String body, String reply) {
        answer = ok(type, body.replace("\\n", "\n").replace("\\r", "\r"));
        Exchange asked = ask();
        assertThat(asked.getException()).isNull();
        assertThat(asked.getMessage().getBody()).isEqualTo(reply == null ? null : reply.replace("\\n", "\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "Content-Type: application/json\r\n", "Content-Type: text/event-stream\r\n" })
    void noContentIsNoReplyWhateverTypeItNames(String type) {
        answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n" + type + "\r\n";
        Exchange asked = ask();
        assertThat(asked.getException()).isNull();
        assertThat(asked.getMessage().getBody()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = { "../../etc/evil.pdf|evil.pdf", "a\\b.txt|b.txt", "in\u202Efdp.exe|infdp.exe", "..|",
        "'报告 1.pdf'|报告 1.pdf" })
    void theServiceGetsAFilesNameWithoutDirectoriesAndInvisibleCharacters(String given, String name) throws Exception {
        answer = ok("text/plain", "ok");
        InboundMessage message = new InboundMessage("main", "msg1", "file", ConversationType.DM, "cid1", null,
                new Sender("$:x", "staff001", null, "小明", false), null, null, true, false, null, "raw",
                List.of(new Attachment(AttachmentKind.FILE, "code1", given, null, null)), null, null, null, List.of(), null);
        context.createProducerTemplate().request("direct:ask", exchange -> exchange.setProperty(InboundMessage.PROPERTY, message));
        JsonNode attachment = JSON.readTree(received.poll(10, TimeUnit.SECONDS).body()).path("attachments").path(0);
        assertThat(attachment.path("name").textValue()).isEqualTo(name);
        assertThat(attachment.path("downloadCode").textValue()).isEqualTo("code1");
    }

    @Test
    void jsonTellsTokensMentionsAndFiles() {
        answer = ok("application/json", """
                {"reply":"hi","promptTokens":12,"completionTokens":3,"at":{"atUserIds":["u1","u2"],"atMobiles":["138"],"isAtAll":true},
                 "files":[{"url":"https://x/y","name":"y"}]}""");
        assertThat(ask().getMessage().getHeaders()).containsAllEntriesOf(Map.of("CamelDingTalkPromptTokens", 12L,
                "CamelDingTalkCompletionTokens", 3L,
                "CamelDingTalkAtUserIds", List.of("u1", "u2"), "CamelDingTalkAtMobiles", List.of("138"), "CamelDingTalkAtAll", true,
                "CamelDingTalkReplyFiles", List.of(Map.of("url", "https://x/y", "name", "y"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "HTTP/1.1 500 Oops\\r\\nContent-Length: 26\\r\\n\\r\\nno tok-7f3a9c51d2e84b60 ok|status 500. The answer begins: no *** ok",
        "HTTP/1.1 302 Found\\r\\nLocation: /x\\r\\nContent-Length: 0\\r\\n\\r\\n|status 302, and redirects are not followed",
        "HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\nContent-Length: 6\\r\\n\\r\\n<html>|Content-Type text/html",
        "HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 7\\r\\n\\r\\n{\"a\":1}|neither reply nor files",
        "HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 3\\r\\n\\r\\n[1]|is not a JSON object",
        "HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 3\\r\\n\\r\\nhey|and it is none",
        "HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\nContent-Length: 100\\r\\n\\r\\ndata: a\\n\\n|no answer"})
    void whatIsNoAnswerFailsTheExchange(String response, String error) {
        answer = response.replace("\\n", "\n").replace("\\r", "\r");
        Exception failure = ask().getException();
        assertThat(failure).isInstanceOf(AgentFailedException.class).hasMessageContaining(error)
                .hasMessageStartingWith("Agent at http://127.0.0.1:");
        assertThat(failure.toString()).doesNotContain(TOKEN);
    }

    @Test
    void anAnswerOfMoreThanOneMebibyteFails() {
        answer = ok("text/plain", "x".repeat((1 << 20) + 1));
        assertThat(ask().getException()).hasMessageContaining("more than 1 MiB");
        answer = ok("text/plain", "x".repeat(1 << 20));
        assertThat(ask().getMessage().getBody(String.class)).hasSize(1 << 20);
    }

    @Test
    void aStreamThatSaysNothingForEverIsBounded() throws Exception {
        answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/event-stream\r\n\r\n"
                + ": ping\n\n".repeat((32 << 20) / 8 + 1);
        Exchange asked = context.createProducerTemplate().request("direct:ask-long", exchange -> exchange.getMessage().setBody("hello"));
        assertThat(asked.getException()).isInstanceOf(AgentFailedException.class).hasMessageContaining("more than 32 MiB");
    }

    @Test
    void theTimeoutEndsAnAnswerThatHasBegun() throws Exception {
        answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n";
        keepOpen = true;
        assertThat(ask().getException()).isInstanceOf(AgentFailedException.class).hasMessageContaining("no complete answer within 1000 ms");
        assertThat(received.poll(5, TimeUnit.SECONDS).closed().get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theStepKameletTakesTheTimeoutToo() throws Exception {
        keepOpen = true;
        Exchange asked = context.createProducerTemplate().request("direct:ask-step", exchange -> exchange.getMessage().setBody("hello"));
        assertThat(asked.getException()).isInstanceOf(AgentFailedException.class).hasMessageContaining("no complete answer within 1000 ms");
    }

    @Test
    void aStreamShowsTheReplyWhileItForms() {
        List<String> shown = new CopyOnWriteArrayList<>();
        ReplyDraft draft = new ReplyDraft() {
            @Override
            public void update(String text) {
                shown.add(text);
            }

            @Override
            public void activity(String words) {
                shown.add("activity " + words);
            }
        };
        answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\ndata: {\"delta\":\" two\"}\n\ndata: not wh";
        keepOpen = true;
        // the service says nothing more: what is shown is shown before the end
        var asked = context.createProducerTemplate().asyncSend("direct:ask-long", exchange -> {
            exchange.setProperty(ReplyDraft.PROPERTY, draft);
            exchange.getMessage().setBody("hello");
        });
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> shown.contains("one two"));
        assertThat(asked).isNotDone();
        assertThat(shown).allMatch("one two"::startsWith);
    }

    @Test
    void doneEndsAStreamThatStaysOpen() throws Exception {
        answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\ndata: [DONE]\n\n";
        keepOpen = true;
        assertThat(ask().getMessage().getBody()).isEqualTo("a");
        assertThat(received.poll(5, TimeUnit.SECONDS).closed().get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void stopClosesTheConnectionAtOnce() throws Exception {
        keepOpen = true;
        CompletableFuture<StopSignal.Call> waiting = new CompletableFuture<>();
        StopSignal signal = new StopSignal() {
            @Override
            public boolean isStopped() {
                return false;
            }

            @Override
            public void whenStopped(Call call) {
                waiting.complete(call);
            }
        };
        java.util.concurrent.Future<Exchange> asked = context.createFluentProducerTemplate().to("direct:ask-long").withBody("hello")
                .withExchange(() -> {
                    Exchange exchange = new org.apache.camel.support.DefaultExchange(context);
                    exchange.getMessage().setBody("hello");
                    exchange.setProperty(StopSignal.PROPERTY, signal);
                    return exchange;
                }).asyncSend();
        Received request = received.poll(5, TimeUnit.SECONDS);
        StopSignal.Call call = waiting.get(5, TimeUnit.SECONDS);
        assertThat(call.isOver()).isFalse();
        call.end();
        assertThat(request.closed().get(5, TimeUnit.SECONDS)).isTrue();
        assertThat(asked.get(5, TimeUnit.SECONDS).getException()).hasMessageContaining("stopped");
        assertThat(call.isOver()).isTrue();
    }

    @Test
    void theTokenIsNotPartOfAnEndpointsName() {
        assertThat(context.getEndpoints().stream().map(Object::toString).toList()).isNotEmpty().noneMatch(name -> name.contains(TOKEN));
    }
}
