package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.CardClick;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kamelets that talk to DingTalk, in a context that has nothing of ours but the component. */
class KameletsTest {

    private static final Path KAMELETS = Path.of("src/main/resources/kamelets");
    // characters that a URI would take for its own, or decode
    private static final String ODD_SECRET = "s+3c&r=e%74#t ?x";
    private static final String ODD_APP = "dingoddapp000000001";

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private void loadYaml(String yaml) throws Exception {
        bare.context().getPropertiesComponent().addInitialProperty("odd.secret", ODD_SECRET);
        PluginHelper.getRoutesLoader(bare.context()).loadRoutes(ResourceHelper.fromString("test.yaml", yaml));
    }

    private void oddApp() {
        bare.simulator().addApp(SimulatedApp.of(ODD_APP, ODD_SECRET));
        bare.component().getConfiguration().setAppKey(null);
        bare.component().getConfiguration().setAppSecret(null);
    }

    private Exchange send(String uri, Object body, Map<String, Object> headers) {
        return bare.send(uri, body, headers);
    }

    @Test
    void theSourceReceivesMessagesAndAcknowledgesThem() throws Exception {
        oddApp();
        loadYaml("""
                - route:
                    from:
                      uri: kamelet:dingtalk-source
                      parameters:
                        appKey: dingoddapp000000001
                        appSecret: "RAW({{odd.secret}})"
                      steps:
                        - setBody: { simple: "${header.CamelDingTalkSenderId} said ${body}" }
                        - to:
                            uri: kamelet:dingtalk-sink
                            parameters:
                              appKey: dingoddapp000000001
                              appSecret: "RAW({{odd.secret}})"
                              recipientId: staff002
                """);
        bare.connected(1);

        PushResult said = bare.simulator().sayAsync(UserMessage.text("hello").byStream().to(ODD_APP)).join();

        assertThat(said.accepted()).isTrue();
        String dm = bare.simulator().dm(ODD_APP, "staff002");
        BareContext.await(() -> !bare.simulator().deliveriesTo(dm).isEmpty());
        assertThat(bare.texts(dm)).containsExactly("staff001 said hello");
    }

    @Test
    void theSinkSendsInItsFormatToItsRecipient() {
        bare.simulator().addPerson(Person.of("ghost", "Ghost").with(Person.Reach.UNKNOWN));
        String sink = "kamelet:dingtalk-sink?appKey=" + BareContext.APP_KEY + "&appSecret=" + BareContext.APP_SECRET;

        Exchange sent = send(sink + "&recipientType=chat_id&recipientId=" + BareContext.GROUP + "&title=Disk", "**full**", Map.of());
        Exchange toHeader = send(sink + "&format=text", "hello", Map.of("CamelDingTalkRecipientId", List.of("staff001", "staff002")));
        Exchange refused = send(sink + "&recipientId=ghost", "hello", Map.of());

        assertThat(sent.getException()).isNull();
        assertThat(sent.getMessage().getHeader("CamelDingTalkSentMessageId")).isNotNull();
        Delivery delivery = bare.simulator().deliveriesTo(BareContext.GROUP).get(0);
        assertThat(delivery.title()).isEqualTo("Disk");
        assertThat(delivery.text()).isEqualTo("**full**");
        assertThat(toHeader.getException()).isNull();
        assertThat(bare.simulator().deliveriesTo(bare.dm("staff002"))).extracting(Delivery::type).containsExactly("sampleText");
        assertThat(refused.getException()).isInstanceOfSatisfying(DingTalkException.class,
                e -> assertThat(e.code()).isEqualTo("invalidStaffId"));
    }

    @Test
    void theRobotSinkNeedsNoAppAndSigns() throws Exception {
        String secret = "SEC0123456789abcdef0123456789abcdef0123456789abcdef";
        bare.simulator().addCustomRobot(CustomRobot.of("robot-token-1", BareContext.GROUP).withSecret(secret));
        bare.component().getConfiguration().setAppKey(null);
        bare.component().getConfiguration().setAppSecret(null);
        bare.context().getPropertiesComponent().addInitialProperty("robot.url",
                bare.simulator().url() + "/robot/send?access_token=robot-token-1");
        bare.context().getPropertiesComponent().addInitialProperty("robot.secret", secret);
        loadYaml("""
                - route:
                    from:
                      uri: direct:alarm
                      steps:
                        - to:
                            uri: kamelet:dingtalk-robot-sink
                            parameters:
                              webhookUrl: "{{robot.url}}"
                              secret: "{{robot.secret}}"
                              format: text
                """);

        Exchange sent = send("direct:alarm", "disk full", Map.of());

        assertThat(sent.getException()).isNull();
        assertThat(bare.simulator().deliveriesTo(BareContext.GROUP)).singleElement()
                .satisfies(delivery -> assertThat(delivery.text()).isEqualTo("disk full"))
                .satisfies(delivery -> assertThat(delivery.type()).isEqualTo("text"));
        assertThat(shownByJmx()).anySatisfy(line -> assertThat(line).contains("dingtalk-robot-sink"))
                .noneSatisfy(line -> assertThat(line).contains("robot-token-1")).noneSatisfy(line -> assertThat(line).contains(secret));
    }

    @Test
    void theSourceOfCardsAnswersClicks() throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("kamelet:dingtalk-source?kind=cards&appKey=" + BareContext.APP_KEY + "&appSecret=" + BareContext.APP_SECRET)
                        .setBody(simple("{\"cardData\":{\"cardParamMap\":{\"status\":\"${body[outTrackId]} was clicked\"}}}"));
            }
        }).connected(1);
        send("dingtalk:card?cardTemplateId=tpl.schema&outTrackId=card-1&recipientId=staff001", Map.of("status", "open"), Map.of());

        bare.simulator().stream().click(CardClick.on("card-1", "ok").by("staff001"));

        assertThat(bare.simulator().card("card-1").params()).containsEntry("status", "card-1 was clicked");
    }

    static List<Path> kamelets() throws IOException {
        try (Stream<Path> files = Files.list(KAMELETS)) {
            return files.sorted().toList();
        }
    }

    /** The form of camel-kamelets, which Kaoto and other editors show. */
    @ParameterizedTest
    @MethodSource("kamelets")
    void isDescribedAsThoseOfCamelAre(Path file) throws IOException {
        JsonNode kamelet = new YAMLMapper().readTree(file.toFile());
        String name = file.getFileName().toString().replace(".kamelet.yaml", "");
        JsonNode metadata = kamelet.path("metadata");
        JsonNode definition = kamelet.at("/spec/definition");

        assertThat(metadata.path("name").asText()).isEqualTo(name);
        assertThat(metadata.at("/labels/camel.apache.org~1kamelet.type").asText()).isIn("source", "sink", "action");
        assertThat(name).endsWith("-" + metadata.at("/labels/camel.apache.org~1kamelet.type").asText());
        assertThat(metadata.at("/annotations/camel.apache.org~1provider").asText()).isEqualTo("dingtalk-camel");
        assertThat(metadata.at("/annotations/camel.apache.org~1kamelet.icon").asText()).startsWith("data:image/svg+xml;base64,");
        assertThat(definition.path("title").asText()).isNotBlank();
        assertThat(definition.path("description").asText()).isNotBlank();
        definition.path("properties").fields().forEachRemaining(property -> {
            assertThat(property.getValue().path("title").asText()).as(property.getKey()).isNotBlank();
            assertThat(property.getValue().path("description").asText()).as(property.getKey()).isNotBlank();
            boolean secret = property.getKey().matches("(?i).*(secret|token|apiKey|webhookUrl|password)$");
            assertThat(property.getValue().path("format").asText("").equals("password")).as(property.getKey()).isEqualTo(secret);
        });
        definition.path("required").forEach(required ->
                assertThat(definition.path("properties").has(required.asText())).as(required.asText()).isTrue());
        assertThat(Files.readAllLines(file)).filteredOn(line -> !line.contains("kamelet.icon"))
                .noneMatch(line -> line.length() > 120).noneMatch(line -> line.strip().startsWith("#"));
    }

    private List<String> shownByJmx() throws Exception {
        List<String> shown = new ArrayList<>();
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName name : server.queryNames(new ObjectName("org.apache.camel:context=" + bare.context().getManagementName() + ",*"),
                null)) {
            shown.add(name.toString());
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                try {
                    shown.add(name + " " + attribute.getName() + " = " + server.getAttribute(name, attribute.getName()));
                } catch (JMException | RuntimeException e) {
                    // not readable
                }
            }
        }
        return shown;
    }
}
