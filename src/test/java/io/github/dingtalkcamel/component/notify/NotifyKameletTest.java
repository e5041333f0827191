package io.github.dingtalkcamel.component.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The kamelet {@code dingtalk-notify-sink} in another application's context, against the tools of a running application. */
class NotifyKameletTest {

    // with characters that a URI takes for its own
    private static final String TOKEN = "t0ken+for&tests=1";
    private static final String GROUP = "cidFAKEgroup0001==";

    private static Bot bot;
    private static DefaultCamelContext context;
    private static ProducerTemplate producer;
    private static String url;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN)).start();
        url = bot.webhookUrl().replaceFirst("/api/.*", "");
        bot.simulator().addPerson(Person.of("ghost", "Ghost").with(Person.Reach.UNKNOWN));
        context = new DefaultCamelContext();
        context.start();
        producer = context.createProducerTemplate();
    }

    @AfterAll
    static void stop() throws Exception {
        context.stop();
        bot.close();
    }

    @BeforeEach
    void forget() {
        bot.simulator().clearRecords();
    }

    private static Exchange notify(String origin, String token, String options, Object body, Map<String, Object> headers) {
        String endpoint = "kamelet:dingtalk-notify-sink?url=" + origin + "&apiToken=RAW(" + token + ")" + options;
        return producer.request(endpoint, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
    }

    private static Exchange notify(String options, Object body, Map<String, Object> headers) {
        return notify(url, TOKEN, options, body, headers);
    }

    private static List<String> texts(String staffId) {
        return bot.replies(bot.simulator().dm(Bot.APP_KEY, staffId));
    }

    @Test
    void sendsTextToOneAndMarkdownToAGroup() {
        Exchange text = notify("&recipientType=user_id&recipientId=staff001", "磁盘 is \"full\"", Map.of());
        Exchange markdown = notify("&recipientType=chat_id&recipientId=" + GROUP + "&mode=markdown&title=Disk", "**full**", Map.of());

        assertThat(text.getException()).isNull();
        assertThat(text.getMessage().getBody(Map.class)).containsEntry("successCount", 1).containsEntry("failureCount", 0);
        assertThat(texts("staff001")).containsExactly("磁盘 is \"full\"");
        assertThat(markdown.getException()).isNull();
        Delivery delivery = bot.simulator().deliveriesTo(GROUP).get(0);
        assertThat(delivery.title()).isEqualTo("Disk");
        assertThat(delivery.text()).isEqualTo("**full**");
    }

    @Test
    void aRepeatedRequestIdSendsNothing() {
        Map<String, Object> headers = Map.of("requestId", "ID:broker-17");

        assertThat(notify("&recipientType=user_id&recipientId=staff002", "once", headers).getException()).isNull();
        assertThat(notify("&recipientType=user_id&recipientId=staff002", "once", headers).getException()).isNull();

        assertThat(texts("staff002")).containsExactly("once");
    }

    @Test
    void failsWhereOneOfSeveralRecipientsFailed() {
        Exchange sent = notify("", "hello", Map.of("CamelDingTalkRecipientType", "user_id",
                "CamelDingTalkRecipientId", List.of("staff001", "ghost")));

        assertThat(sent.getException()).isInstanceOfSatisfying(NotificationException.class, e -> {
            assertThat(e.failedTargets()).containsExactly("user_id:ghost");
            assertThat(e.isRefused()).isFalse();
            assertThat(e).hasMessageContaining("1 of 2").hasMessageContaining("ghost");
        });
        assertThat(texts("staff001")).containsExactly("hello");
    }

    @Test
    void aRefusedCallSaysWhyAndKeepsTheTokenToItself() {
        Exchange wrongToken = notify(url, "wr0ng-token-1234", "&recipientType=user_id&recipientId=staff001", "hello",
                Map.of("mine", "kept"));
        Exchange wrongArgument = notify("&recipientType=nickname&recipientId=staff001", "hello", Map.of());

        assertThat(wrongToken.getException()).isInstanceOfSatisfying(NotificationException.class, e -> {
            assertThat(e.status()).isEqualTo(401);
            assertThat(e.isRefused()).isTrue();
            assertThat(e.toString()).doesNotContain("wr0ng-token-1234");
        });
        assertThat(wrongToken.getMessage().getHeaders()).containsExactlyEntriesOf(Map.of("mine", "kept"));
        assertThat(wrongArgument.getException()).hasMessageContaining("recipient_type");
        assertThat(bot.simulator().deliveries()).isEmpty();
    }

    @Test
    void theRequestHasNoHeaderOfTheExchangeAndTheExchangeNoneOfTheAnswer() throws Exception {
        Map<String, List<String>> received = new HashMap<>();
        StringBuilder path = new StringBuilder();
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            received.putAll(exchange.getRequestHeaders());
            path.append(exchange.getRequestURI());
            exchange.getResponseHeaders().set("X-Steer", "me");
            byte[] answer = "{\"results\":[{\"target\":\"user_id:staff001\",\"success\":true}]}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            Exchange sent = notify("http://127.0.0.1:" + server.getAddress().getPort() + "/", TOKEN,
                    "&recipientType=user_id&recipientId=staff001", "hello", Map.of("Cookie", "session", "CamelHttpUri",
                            "http://127.0.0.1:1/elsewhere", "CamelHttpQuery", "a=b", "requestId", "r-1"));

            assertThat(sent.getException()).isNull();
            assertThat(path).hasToString("/api/dingtalk/tools/dingtalk_send_text_notification");
            assertThat(received).containsEntry("Authorization", List.of("Bearer " + TOKEN)).doesNotContainKeys("Cookie", "Requestid");
            assertThat(sent.getMessage().getHeaders()).containsOnlyKeys("Cookie", "CamelHttpUri", "CamelHttpQuery", "requestId");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void noMBeanShowsTheTokenOrTheUrlOfARobot() throws Exception {
        notify(url, "hush-hush-7654321", "&recipientType=webhook"
                + "&recipientId=RAW(https://oapi.dingtalk.com/robot/send?access_token=robot-token-1234567)", "hello", Map.of());

        List<String> shown = new ArrayList<>();
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName name : server.queryNames(new ObjectName("org.apache.camel:context=" + context.getManagementName() + ",*"), null)) {
            shown.add(name.toString());
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                try {
                    shown.add(name + " " + attribute.getName() + " = " + server.getAttribute(name, attribute.getName()));
                } catch (JMException | RuntimeException e) {
                    // not readable
                }
            }
        }
        assertThat(shown).anySatisfy(line -> assertThat(line).contains("dingtalk-notify-sink"))
                .noneSatisfy(line -> assertThat(line).containsAnyOf("hush-hush-7654321", "robot-token-1234567"));
        assertThat(context.getCamelContextExtension().getAdditionalSensitiveKeywords()).contains("recipientId", "webhookUrl");
    }

    @Test
    void anAnswerOfAnotherServerIsNoSuccess() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            byte[] answer = "<html>Welcome".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            Exchange sent = notify("http://127.0.0.1:" + server.getAddress().getPort(), TOKEN,
                    "&recipientType=user_id&recipientId=staff001", "hello", Map.of());

            assertThat(sent.getException()).isInstanceOf(NotificationException.class).hasMessageContaining("option url");
        } finally {
            server.stop(0);
        }
    }
}
