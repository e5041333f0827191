package io.github.dingtalkcamel.component.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.component.agent.Broker;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.model.ModelFault;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kamelets of the slim library in applications of camel-main that have nothing else of ours. */
class KameletJarIT {

    private static final String GROUP = "cidFAKEgroup0001==";

    @TempDir
    private Path directory;

    private void write(String properties, String routes) throws IOException {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        Files.writeString(classes.resolve("application.properties"), """
                camel.main.name = theirs
                camel.main.routes-include-pattern = classpath:routes/*
                greeting = hello
                """ + properties);
        Files.writeString(Files.createDirectories(classes.resolve("routes")).resolve("their.camel.yaml"), routes);
    }

    private ForeignProcess start(String properties, String routes, Pattern... more) throws Exception {
        write(properties, routes);
        List<Pattern> patterns = new ArrayList<>(List.of(ForeignProcess.WITH_THE_LIBRARY, ForeignProcess.CAMEL_MAIN,
                ForeignProcess.CAMEL_KAMELET));
        patterns.addAll(List.of(more));
        return ForeignProcess.start(directory, ForeignMain.class, ForeignProcess.jars(patterns.toArray(Pattern[]::new)));
    }

    private ForeignProcess start(String properties, String routes, List<Path> more) throws Exception {
        write(properties, routes);
        List<Path> jars = new ArrayList<>(ForeignProcess.jars(ForeignProcess.WITH_THE_LIBRARY, ForeignProcess.CAMEL_MAIN,
                ForeignProcess.CAMEL_KAMELET));
        jars.addAll(more);
        return ForeignProcess.start(directory, ForeignMain.class, jars);
    }

    @Test
    void sourceAndSinksNeedNothingButTheLibraryAndCamelKamelet() throws Exception {
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults())) {
            simulator.addApp(SimulatedApp.of("dingforeign", "foreign-secret"));
            simulator.addCustomRobot(CustomRobot.of("robot-token-1", GROUP));
            try (ForeignProcess process = start("""
                    camel.component.dingtalk.api-base-url = %1$s
                    camel.component.dingtalk.oapi-base-url = %1$s
                    camel.kamelet.dingtalk-source.appKey = dingforeign
                    camel.kamelet.dingtalk-source.appSecret = foreign-secret
                    camel.kamelet.dingtalk-sink.appKey = dingforeign
                    camel.kamelet.dingtalk-sink.appSecret = foreign-secret
                    camel.kamelet.dingtalk-robot-sink.webhookUrl = %1$s/robot/send?access_token=robot-token-1
                    """.formatted(simulator.url()), """
                    - route:
                        id: their-route
                        from:
                          uri: kamelet:dingtalk-source
                          steps:
                            - to:
                                uri: kamelet:dingtalk-sink
                                parameters: { recipientId: staff002 }
                            - setBody: { constant: "**forwarded**" }
                            - to: kamelet:dingtalk-robot-sink
                    """)) {
                process.awaitOut("STARTED theirs");
                Awaitility.await().atMost(ForeignProcess.PATIENCE).until(() -> simulator.stream().connections().size() == 1);

                assertThat(simulator.sayAsync(UserMessage.text("hello").byStream()).join().accepted()).isTrue();

                assertThat(simulator.deliveriesTo(simulator.dm("dingforeign", "staff002"))).singleElement()
                        .satisfies(delivery -> assertThat(delivery.text()).isEqualTo("hello"));
                assertThat(simulator.deliveriesTo(GROUP)).singleElement()
                        .satisfies(delivery -> assertThat(delivery.text()).isEqualTo("**forwarded**"));
                assertThat(process.out()).doesNotContain("foreign-secret", "robot-token-1");
            }
        }
    }

    @Test
    void theNotifySinkNeedsCamelHttpBesides() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.api-token", "t0ken-for-tests")).start(); ForeignProcess process = start("""
                camel.kamelet.dingtalk-notify-sink.url = %s
                camel.kamelet.dingtalk-notify-sink.apiToken = t0ken-for-tests
                """.formatted(bot.webhookUrl().replaceFirst("/api/.*", "")), """
                - route:
                    id: their-route
                    from:
                      uri: timer:once
                      parameters: { repeatCount: 1, delay: 0 }
                      steps:
                        - setBody: { constant: "磁盘 full" }
                        - setHeader: { name: requestId, constant: alarm-1 }
                        - to:
                            uri: kamelet:dingtalk-notify-sink
                            parameters: { recipientType: user_id, recipientId: staff002 }
                """, ForeignProcess.CAMEL_HTTP)) {
            process.awaitOut("STARTED theirs");
            String dm = bot.simulator().dm(Bot.APP_KEY, "staff002");
            // their application logs nothing without a logging library
            Awaitility.await().atMost(ForeignProcess.PATIENCE).until(() -> bot.replies(dm).size() == 1);
            Awaitility.await().atMost(ForeignProcess.PATIENCE).until(() -> ((Number) bot.rows("select count(*) from tool_request").get(0)
                    .get(0))
                    .intValue() == 1);

            assertThat(bot.replies(dm)).containsExactly("磁盘 full");
        }
    }

    /** The library names no JMS client: the host brings one, here Artemis's, which is on the class path of our tests only. */
    private static List<Path> jmsClient() {
        Pattern names = Pattern.compile(
                "(artemis-(commons|core-client|jakarta-client|selector)|jakarta\\.jms-api|netty-.*|commons-.*)-[0-9].*");
        return Stream.of(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")).split(File.pathSeparator))
                .map(Path::of).filter(jar -> names.matcher(jar.getFileName().toString()).matches()).toList();
    }

    @Test
    void agentsOverJmsAndHttpNeedCamelKameletAndAJmsClient() throws Exception {
        BlockingQueue<String> asked = new LinkedBlockingQueue<>();
        HttpServer service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/ask", exchange -> {
            asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        service.start();
        try (Broker broker = new Broker(directory.resolve("broker")); Connection tickets = broker.factory().createConnection()) {
            Session session = tickets.createSession(false, Session.AUTO_ACKNOWLEDGE);
            session.createConsumer(session.createQueue("tickets")).setMessageListener(request -> {
                try {
                    TextMessage answer = session.createTextMessage("by JMS");
                    answer.setJMSCorrelationID(request.getJMSCorrelationID());
                    session.createProducer(request.getJMSReplyTo()).send(answer);
                } catch (JMSException e) {
                    throw new IllegalStateException(e);
                }
            });
            tickets.start();
            try (ForeignProcess process = start("", """
                    - beans:
                        - name: broker
                          type: org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory
                          constructors: { "0": "%s" }
                    - route:
                        id: their-route
                        from:
                          uri: timer:once
                          parameters: { repeatCount: 1, delay: 0 }
                          steps:
                            - setBody: { constant: hello }
                            - to:
                                uri: kamelet:jms-agent-action
                                parameters: { destinationName: tickets, connectionFactory: "#bean:broker" }
                            - to:
                                uri: kamelet:http-agent-action
                                parameters: { url: "http://127.0.0.1:%d/ask" }
                    """.formatted(broker.url(), service.getAddress().getPort()), jmsClient())) {
                process.awaitOut("STARTED theirs");
                assertThat(asked.poll(60, TimeUnit.SECONDS)).contains("\"text\":\"by JMS\"");
            }
        } finally {
            service.stop(0);
        }
    }

    @Test
    void theModelKameletAnswersInAnyApplication() throws Exception {
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults())) {
            simulator.addApp(SimulatedApp.of("dingforeign", "foreign-secret"));
            try (ForeignProcess process = start("""
                    camel.component.dingtalk.app-key = dingforeign
                    camel.component.dingtalk.app-secret = foreign-secret
                    camel.component.dingtalk.api-base-url = %1$s
                    camel.component.dingtalk.oapi-base-url = %1$s
                    camel.kamelet.openai-agent-action.baseUrl = %1$s/v1
                    camel.kamelet.openai-agent-action.apiKey = sk-foreign-0123456789
                    """.formatted(simulator.url()), """
                    - route:
                        id: their-route
                        from:
                          uri: dingtalk:messages
                          steps:
                            - to:
                                uri: kamelet:openai-agent-action
                                parameters: { model: their-model, timeout: 30s, tools: clock }
                            - to: dingtalk:reply
                    - route:
                        id: their-tool
                        description: Tells the time
                        from:
                          uri: direct:clock
                          steps:
                            - setBody: { constant: noon }
                    """)) {
                process.awaitOut("STARTED theirs");
                Awaitility.await().atMost(ForeignProcess.PATIENCE).until(() -> simulator.stream().connections().size() == 1);
                simulator.model().plan(ModelFault.CALL_TOOL, 1);

                PushResult said = simulator.sayAsync(UserMessage.text("what time is it?").byStream()).join();

                assertThat(simulator.deliveriesTo(said.conversationId())).singleElement()
                        .satisfies(delivery -> assertThat(delivery.text()).startsWith("[simulated model] The tool answered: noon"));
                assertThat(simulator.model().requests()).hasSize(2).allSatisfy(request -> assertThat(request.key())
                        .isEqualTo("sk-foreign-0123456789"));
                assertThat(process.out()).doesNotContain("sk-foreign");
            }
        }
    }
}
