package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.agent.Broker;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files in examples/, as they are. Those with a language model, and those of hooks and tools, have tests of their own. */
class ExamplesTest {

    private static final Path EXAMPLES = Path.of("examples");
    private static final String GROUP = "cidFAKEgroup0001==";

    @TempDir
    private Path directory;

    private static String file(String name) throws IOException {
        return Files.readString(EXAMPLES.resolve(name));
    }

    @Test
    void aTicketSystemAnswersOverJms() throws Exception {
        try (Broker broker = new Broker(directory); DefaultCamelContext service = new DefaultCamelContext();
                Bot bot = Bot.withSettings(Map.of()).property("tickets.broker", broker.url())
                        .route("ticket-agent.camel.yaml", file("ticket-system/ticket-agent.camel.yaml")).start()) {
            service.getPropertiesComponent().addInitialProperty("tickets.broker", broker.url());
            PluginHelper.getRoutesLoader(service).loadRoutes(PluginHelper.getResourceLoader(service)
                    .resolveResource("file:" + EXAMPLES.resolve("ticket-system/ticket-service.camel.yaml").toAbsolutePath()));
            service.start();
            String dm = bot.simulator().dm(Bot.APP_KEY, "staff001");
            bot.say("The printer is on fire");
            assertThat(bot.awaitReplies(dm, 1)).singleElement().asString().startsWith("Ticket opened for **")
                    .endsWith("**: The printer is on fire");

            broker.kill();
            bot.say("It burns still");
            bot.say("It is out now");
            broker.start();
            assertThat(bot.awaitReplies(dm, 3)).extracting(text -> text.substring(text.indexOf("**: ") + 4))
                    .containsExactly("The printer is on fire", "It burns still", "It is out now");
        }
    }

    @Test
    void twoDepartmentsHaveABotEach() throws Exception {
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(EXAMPLES.resolve("two-departments/config/application.properties"))) {
            properties.load(in);
        }
        assertThat(properties.stringPropertyNames()).contains("dingtalk.integrations.hr.app-key", "dingtalk.integrations.it.app-secret");
        Map<String, String> secrets = Map.of("{{env:HR_APP_KEY}}", "dinghr00000000000001", "{{env:HR_APP_SECRET}}",
                "secret-of-hr-0123456789-abcdefghijklmnopqrst", "{{env:IT_APP_KEY}}", "dingit00000000000001", "{{env:IT_APP_SECRET}}",
                "secret-of-it-0123456789-abcdefghijklmnopqrst");
        try (Bot bot = Bot.withSettings(Map.of()).route("departments.camel.yaml", file("two-departments/routes/departments.camel.yaml"))) {
            properties.forEach((name, value) -> bot.set(name.toString(), secrets.getOrDefault(value.toString(), value.toString())));
            bot.set("dingtalk.integrations.hr.stream", "false").set("dingtalk.integrations.hr.language", "en")
                    .set("dingtalk.integrations.it.stream", "false");
            for (String department : List.of("hr", "it")) {
                bot.simulator().addApp(SimulatedApp.of("ding" + department + "00000000000001",
                        "secret-of-" + department + "-0123456789-abcdefghijklmnopqrst"));
            }
            bot.start();
            for (String department : List.of("hr", "it")) {
                bot.simulator().callbackUrl("ding" + department + "00000000000001", bot.webhookUrl(department));
            }
            bot.say(UserMessage.text("holidays?").to("dinghr00000000000001"));
            bot.say(UserMessage.text("my screen is dark").to("dingit00000000000001"));
            assertThat(bot.awaitReplies(bot.simulator().dm("dinghr00000000000001", "staff001"), 1))
                    .containsExactly("HR has received “holidays?” and answers within a day.");
            assertThat(bot.awaitReplies(bot.simulator().dm("dingit00000000000001", "staff001"), 1)).singleElement().asString()
                    .startsWith("IT has received “my screen is dark”, from ");
        }
    }

    @Test
    void theNextMessageAnswersAQuestionOfApproval() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.api-token", "t0ken-for-tests"))
                .route("approval.camel.yaml", file("approval.camel.yaml")).start();
                LogLines log = LogLines.listen()) {
            String dm = bot.simulator().dm(Bot.APP_KEY, "staff001");
            bot.say("yes");
            assertThat(bot.awaitReplies(dm, 1)).containsExactly("There is nothing to approve just now.");
            bot.post(bot.webhookUrl().replace("/webhook/main", "/tools/dingtalk_send_text_notification"), """
                    {"recipient_type":"user_id","recipient_id":"staff001","content":"Approval PO-4711: three laptops. Answer yes or no."}"""
                    .getBytes(), request -> request.header("Authorization", "Bearer t0ken-for-tests"));
            bot.awaitReplies(dm, 2);
            bot.say("which laptops?");
            assertThat(bot.awaitReplies(dm, 3)).last().isEqualTo("Approval PO-4711: three laptops. Answer yes or no.");
            bot.say("Yes");
            assertThat(bot.awaitReplies(dm, 4)).last().isEqualTo("Recorded for PO-4711: Yes.");
            assertThat(log.containing("PO-4711: Yes, by staff001")).hasSize(1);
            bot.say("yes");
            assertThat(bot.awaitReplies(dm, 5)).last().isEqualTo("There is nothing to approve just now.");
        }
    }

    @Test
    void theNightsReportIsSentOnceAlsoAcrossARestart() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of()).property("report.group", GROUP).property("report.hour", "0")
                .route("nightly-report.camel.yaml", file("nightly-report.camel.yaml").replace("period: 60000", "period: 200")).start()) {
            bot.awaitReplies(GROUP, 1);
            bot.stop();
            bot.start();
            try (LogLines log = LogLines.listen()) {
                Awaitility.await().atMost(Bot.PATIENCE).until(() -> log.containing("Report: 1 sent, 0 failed").size() >= 2);
            }
            // at midnight there may be the next day's
            assertThat(bot.simulator().deliveriesTo(GROUP)).extracting(Delivery::text).doesNotHaveDuplicates().first().asString()
                    .startsWith("## Report of 20").endsWith("All systems are up, \"nothing\" is open.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ticket-system/ticket-agent.camel.yaml", "ticket-system/ticket-service.camel.yaml",
        "two-departments/config/application.properties", "two-departments/routes/departments.camel.yaml", "approval.camel.yaml",
        "nightly-report.camel.yaml"})
    void isShownInTheDocuments(String name) throws IOException {
        assertThat(Files.readString(Path.of("docs/agents.md"))).contains(file(name));
    }

    @Test
    void eachIsReadableWithoutScrollingSideways() throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            for (Path file : files.filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".md")).toList()) {
                assertThat(Files.readAllLines(file)).as("%s", file).allMatch(line -> line.length() <= 120);
            }
        }
    }
}
