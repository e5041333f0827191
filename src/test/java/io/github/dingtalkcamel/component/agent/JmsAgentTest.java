package io.github.dingtalkcamel.component.agent;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.component.api.StopSignal;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kamelet jms-agent-action in a Camel context of any application, with a real broker and a service of which each message is known. */
class JmsAgentTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;
    private Broker broker;
    private DefaultCamelContext context;
    private Connection service;
    private AsyncProducer producer;
    private final BlockingQueue<Message> requests = new LinkedBlockingQueue<>();

    @BeforeEach
    void start() throws Exception {
        broker = new Broker(directory);
        context = new DefaultCamelContext();
        context.getRegistry().bind("broker", broker.factory());
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                String kamelet = "kamelet:jms-agent-action?destinationName=tickets&connectionFactory=#bean:broker";
                from("direct:ask").to(kamelet);
                from("direct:ask-short").to(kamelet + "&timeout=1s");
                from("direct:ask-nothing").to("kamelet:jms-agent-action?destinationName=tickets&connectionFactory=broker");
            }
        });
        context.start();
    }

    @AfterEach
    void stop() throws Exception {
        context.close();
        if (service != null) {
            service.close();
        }
        broker.close();
    }

    /** Reads the queue as a service does, until the broker is gone. */
    private void serve(BiConsumer<Session, Message> answering) throws JMSException {
        serve(Session.AUTO_ACKNOWLEDGE, answering);
    }

    private void serve(int acknowledgement, BiConsumer<Session, Message> answering) throws JMSException {
        service = broker.factory().createConnection();
        Session session = service.createSession(false, acknowledgement);
        session.createConsumer(session.createQueue("tickets")).setMessageListener(request -> {
            requests.add(request);
            answering.accept(session, request);
        });
        service.start();
    }

    private static void reply(Session session, Message request, Message answer) {
        try {
            answer.setJMSCorrelationID(request.getJMSCorrelationID());
            session.createProducer(request.getJMSReplyTo()).send(answer);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serveText(String type, String body) throws JMSException {
        serve((session, request) -> {
            try {
                TextMessage answer = session.createTextMessage(body);
                if (type != null) {
                    answer.setStringProperty("Content_HYPHEN_Type", type);
                }
                reply(session, request, answer);
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Exchange ask(String endpoint, String text) {
        return context.createProducerTemplate().request(endpoint, exchange -> {
            exchange.getMessage().setBody(text);
            exchange.getMessage().setHeader("CamelDingTalkConversationId", "cid1");
            exchange.getMessage().setHeader("traceparent", "00-abc-def-01");
        });
    }

    @Test
    void theServiceGetsTheEnvelopeInTheConversationsGroup() throws Exception {
        serveText(null, "answered");
        Exchange asked = ask("direct:ask", "你好");
        assertThat(asked.getException()).isNull();
        assertThat(asked.getMessage().getBody()).isEqualTo("answered");
        Message request = requests.poll(5, TimeUnit.SECONDS);
        JsonNode envelope = JSON.readTree(((TextMessage) request).getText());
        assertThat(envelope.path("version").intValue()).isEqualTo(1);
        assertThat(envelope.path("text").textValue()).isEqualTo("你好");
        assertThat(envelope.path("conversation").path("id").textValue()).isEqualTo("cid1");
        assertThat(request.getStringProperty("JMSXGroupID")).isEqualTo("cid1");
        assertThat(request.getStringProperty("Content_HYPHEN_Type")).isEqualTo("application/json; charset=UTF-8");
        assertThat(request.getStringProperty("traceparent")).isEqualTo("00-abc-def-01");
        assertThat(request.getJMSExpiration() - request.getJMSTimestamp()).isBetween(100_000L, 120_000L);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "-|plain|plain", "text/markdown|**hi**|**hi**", "application/json|{\"reply\":\"hi\",\"later\":1}|hi",
        "application/json|{\"reply\":null}|-", "application/json|{\"files\":[{\"url\":\"https://x/y\"}]}|-"})
    void theAnswerBecomesTheBody(String type, String body, String reply) throws Exception {
        serveText(type, body);
        Exchange asked = ask("direct:ask", "hello");
        assertThat(asked.getException()).isNull();
        assertThat(asked.getMessage().getBody()).isEqualTo(reply);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "application/json|[1]|The answer begins: [1]",
        "application/json|{\"a\":1}|neither reply nor files",
        "text/event-stream|data: a|which only an answer over HTTP can have",
        "image/png|PNG|Content-Type image/png"})
    void whatIsNoAnswerFailsTheExchange(String type, String body, String error) throws Exception {
        serveText(type, body);
        assertThat(ask("direct:ask", "hello").getException()).isInstanceOf(AgentFailedException.class)
                .hasMessageStartingWith("Agent behind queue tickets: ").hasMessageContaining(error);
    }

    @Test
    void aServiceMayAnswerInBytesAndByTheRequestsMessageId() throws Exception {
        serve((session, request) -> {
            try {
                BytesMessage answer = session.createBytesMessage();
                answer.setStringProperty("contentType", "text/plain; charset=GBK");
                answer.writeBytes("你好".getBytes("GBK"));
                answer.setJMSCorrelationID(request.getJMSMessageID());
                session.createProducer(request.getJMSReplyTo()).send(answer);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(ask("direct:ask", "hello").getMessage().getBody()).isEqualTo("你好");
    }

    @Test
    void anAnswerThatIsTooLargeOrOfAnotherKindFails() throws Exception {
        serve((session, request) -> {
            try {
                reply(session, request, requests.size() == 1 ? session.createObjectMessage("x")
                        : session.createTextMessage("x".repeat((1 << 20) + 1)));
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(ask("direct:ask", "one").getException()).hasMessageContaining("answer with a TextMessage or a BytesMessage");
        assertThat(ask("direct:ask", "two").getException()).hasMessageContaining("more than 1 MiB");
    }

    @Test
    void aServiceThatDoesNotAnswerTimesOut() {
        assertThat(ask("direct:ask-short", "hello").getException()).isInstanceOf(AgentFailedException.class)
                .hasMessage("Agent behind queue tickets: no answer within 1000 ms");
    }

    @Test
    void aBeanThatIsNoConnectionFactoryIsNamed() {
        assertThat(ask("direct:ask-nothing", "hello").getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Property connectionFactory of jms-agent-action").hasMessageContaining("#bean:broker");
    }

    @Test
    void aBrokerThatRefusesTheLoginIsToldAtOnce() throws Exception {
        ConnectionFactory refusing = (ConnectionFactory) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {ConnectionFactory.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "createConnection" -> throw new JMSSecurityException("AMQ229031: unable to validate user");
                    case "hashCode" -> 1;
                    case "equals" -> proxy == arguments[0];
                    default -> "refusing";
                });
        context.getRegistry().bind("refusing", refusing);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:ask-refused").to("kamelet:jms-agent-action?destinationName=tickets&connectionFactory=#bean:refusing");
            }
        });
        assertThat(ask("direct:ask-refused", "hello").getException()).isInstanceOf(AgentFailedException.class)
                .hasMessageContaining("the broker refuses the connection: check the user and the password")
                .hasMessageContaining("AMQ229031");
    }

    @Test
    void stopEndsTheWaitAtOnce() throws Exception {
        serve((session, request) -> { });
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
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody("hello");
        exchange.setProperty(StopSignal.PROPERTY, signal);
        CompletableFuture<Exchange> asked = context.createProducerTemplate().asyncSend("direct:ask", exchange);
        assertThat(requests.poll(20, TimeUnit.SECONDS)).isNotNull();
        waiting.get(5, TimeUnit.SECONDS).end();
        assertThat(asked.get(5, TimeUnit.SECONDS).getException()).hasMessage("Agent behind queue tickets: stopped");
    }

    @Test
    void aBrokerThatIsKilledAndComesBackLosesNothingAndKeepsTheOrder() throws Exception {
        // answers nothing before the broker is killed, and acknowledges nothing, so that the broker keeps all of them in their order
        serve(Session.CLIENT_ACKNOWLEDGE, (session, request) -> { });
        producer = context.getEndpoint("direct:ask").createAsyncProducer();
        producer.start();
        List<CompletableFuture<Exchange>> asked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            asked.add(send("before " + i));
        }
        Awaitility.await().atMost(PATIENCE).until(() -> requests.size() == 5);
        broker.kill();
        for (int i = 0; i < 5; i++) {
            asked.add(send("while " + i));
        }
        requests.clear();
        broker.start();
        List<String> seen = new ArrayList<>();
        serve((session, request) -> {
            try {
                String text = JSON.readTree(((TextMessage) request).getText()).path("text").textValue();
                if (!seen.contains(text)) {
                    seen.add(text);
                }
                reply(session, request, session.createTextMessage("re: " + text));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        List<String> answers = new ArrayList<>();
        for (CompletableFuture<Exchange> each : asked) {
            answers.add(each.get(60, TimeUnit.SECONDS).getMessage().getBody(String.class));
        }
        assertThat(answers).containsExactly("re: before 0", "re: before 1", "re: before 2", "re: before 3", "re: before 4",
                "re: while 0", "re: while 1", "re: while 2", "re: while 3", "re: while 4");
        assertThat(seen).containsExactly("before 0", "before 1", "before 2", "before 3", "before 4",
                "while 0", "while 1", "while 2", "while 3", "while 4");
    }

    /** Asks on this thread, so that the order is known, without waiting for the answer. */
    private CompletableFuture<Exchange> send(String text) throws Exception {
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(text);
        exchange.getMessage().setHeader("CamelDingTalkConversationId", "cid1");
        CompletableFuture<Exchange> asked = new CompletableFuture<>();
        producer.process(exchange, doneSync -> asked.complete(exchange));
        return asked;
    }
}
