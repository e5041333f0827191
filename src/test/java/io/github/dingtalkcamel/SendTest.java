package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.dingtalkcamel.cli.FakeWork;
import io.github.dingtalkcamel.cli.Program;
import io.github.dingtalkcamel.cli.Send;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code send}: what it sends, what it says, and its status. */
class SendTest {

    private static final String GROUP = "cidFAKEgroup0001==";

    private static Simulator simulator;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @BeforeAll
    static void start() {
        simulator = Simulator.start(SimulatorOptions.defaults());
        simulator.addApp(SimulatedApp.of(Bot.APP_KEY, Bot.APP_SECRET));
        simulator.addCustomRobot(CustomRobot.of("tok", GROUP));
        simulator.addPerson(simulator.person("staff404").with(Person.Reach.UNKNOWN));
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    @BeforeEach
    void forget() {
        simulator.clearRecords();
    }

    private int send(String standardInput, String... words) throws Exception {
        return send(Map.of("dingtalk.app-key", Bot.APP_KEY, "dingtalk.app-secret", Bot.APP_SECRET, "dingtalk.webhook",
                simulator.url() + "/robot/send?access_token=tok"),
                standardInput, words);
    }

    private int send(Map<String, String> more, String standardInput, String... words) throws Exception {
        return send(more, standardInput.getBytes(StandardCharsets.UTF_8), words);
    }

    private int send(Map<String, String> more, byte[] standardInput, String... words) throws Exception {
        Map<String, String> settings = new HashMap<>(more);
        settings.put("dingtalk.api-base-url", simulator.url());
        settings.put("dingtalk.oapi-base-url", simulator.url());
        settings.put("dingtalk.routes-dir", folder.resolve("routes").toString());
        settings.put("dingtalk.data-dir", folder.resolve("data").toString());
        out.reset();
        errors.reset();
        Program.Work work = new FakeWork() {
            @Override
            public Send send(PrintStream toOut, PrintStream toErrors) throws Exception {
                return new Send(new SettingsReader(Map.of(), settings, Map.of(), text -> text, 17).read(), SendingConfiguration::bind,
                        toOut, toErrors);
            }
        };
        return Program.run(Stream.concat(Stream.of("send"), Stream.of(words)).toList(), work, new ByteArrayInputStream(standardInput),
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    @Test
    void saysATextToPeopleAndGroupsAndSendsAFile() throws Exception {
        Path picture = Files.write(folder.resolve("p.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 1});

        assertThat(send("", "--to", "user_id:staff001", "--to", "chat_id:" + GROUP, "--file", picture.toString(), "备份完成"))
                .as(errors.toString()).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("user_id:staff001: sent", "chat_id:" + GROUP + ": sent", "user_id:staff001: sent",
                "chat_id:" + GROUP + ": sent");
        assertThat(simulator.deliveries()).extracting(Delivery::type, Delivery::text)
                .containsExactly(tuple("sampleText", "备份完成"), tuple("sampleText", "备份完成"),
                tuple("sampleImageMsg", null), tuple("sampleImageMsg", null));
        assertThat(folder.resolve("data")).as("a running process's data").doesNotExist();
    }

    @Test
    void tellsWhoDidNotGetItAndReadsStandardInput() throws Exception {
        assertThat(send("# Report\n\nall well\n", "--to", "user_id:staff001", "--to", "user_id:staff404", "--webhook", "--markdown",
                "--title", "Report", "-")).isEqualTo(1);

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly("user_id:staff001: sent", "webhook:default: sent");
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("user_id:staff404: invalidStaffId, ").hasLineCount(1);
        assertThat(simulator.deliveries()).extracting(Delivery::title, Delivery::text)
                .containsOnly(tuple("Report", "# Report\n\nall well"));
    }

    @Test
    void callsAToolOfARouteOfTheUsersAndStartsNothingElseOfItsFile() throws Exception {
        Path routes = Files.createDirectories(folder.resolve("routes"));
        Path ticked = folder.resolve("ticked");
        Files.writeString(routes.resolve("orders.yaml"), Files.readString(Path.of("examples/order-tool.camel.yaml")) + """
                - route: {id: own-timer, from: {uri: "timer:own?delay=0&repeatCount=1", steps: [{to: "file:%s"}]}}
                """.formatted(ticked));
        Files.writeString(routes.resolve("broken.yaml"), "- route: {id: broken, from: {uri: 'nothing:at-all', steps: []}}");

        assertThat(send("", "--tool", "order_shipped", "{\"customer\":\"staff001\",\"order\":\"A-17\"}")).as(errors.toString()).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("{\"result\":\"Told about order A-17\"}\n");
        assertThat(simulator.deliveries()).extracting(Delivery::text).containsExactly("Order A-17 has been shipped");
        assertThat(ticked).doesNotExist();
        assertThat(send("{\"customer\":\"staff404\",\"order\":\"A-18\"}", "--tool", "order_shipped", "-")).isEqualTo(1);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("invalidStaffId");
    }

    @Test
    void callsEachToolOfTheProgramAndRefusesOthers() throws Exception {
        assertThat(send("", "--tool", "dingtalk_list_users")).as(errors.toString()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("\"userId\"");
        assertThat(send("", "--tool", "dingtalk_recall_message", "{\"messageId\":\"m\"}")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("messageId is on record neither");
        assertThat(send("", "--tool", "order_shipped")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("There is no tool of this name");
        assertThat(send("", "--tool", "order_shipped", "no JSON")).isEqualTo(2);
        assertThat(send("", "--tool", "order_shipped", "null")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("The arguments of --tool are a JSON object");
        assertThat(send("", "--tool", "order_shipped", "--to", "user_id:staff001", "{}")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("--tool goes with --integration and --timeout only");
    }

    @Test
    void mentionsPeopleWhereTheChannelCan() throws Exception {
        assertThat(send("", "--webhook", "--at", "staff002", "--at", "user_id:17000000000,13800000000", "--at", "mobile:+86-1",
                "disk full")).as(errors.toString()).isZero();
        assertThat(simulator.deliveries()).singleElement().satisfies(delivery -> {
            assertThat(delivery.at())
                    .isEqualTo(new Delivery.At(List.of("staff002", "17000000000"), List.of("13800000000", "+86-1"), false));
            assertThat(delivery.text()).isEqualTo("disk full @staff002 @17000000000 @13800000000 @+86-1");
        });
        assertThat(errors.toString(StandardCharsets.UTF_8)).isEmpty();

        assertThat(send("", "--to", "user_id:staff001", "--at", "all", "disk full")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("user_id:staff001: sent");
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("user_id:staff001: Sent without the mentions");
        assertThat(send("", "--webhook", "--at", "email:a@b", "x")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("--at wants user_id:");
    }

    @Test
    void takesAByteOrderMarkOffStandardInputAndRefusesOtherEncodings() throws Exception {
        Map<String, String> app = Map.of("dingtalk.app-key", Bot.APP_KEY, "dingtalk.app-secret", Bot.APP_SECRET);

        assertThat(send(app, "\uFEFF备份完成 ✅\n".getBytes(StandardCharsets.UTF_8), "--to", "user_id:staff001"))
                .as(errors.toString()).isZero();
        assertThat(simulator.deliveries()).extracting(Delivery::text).containsExactly("备份完成 ✅");

        simulator.clearRecords();
        assertThat(send(app, "done: 备份完成\n".getBytes("GBK"), "--to", "user_id:staff001")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .startsWith("Standard input is not UTF-8: line 1, character 7 is the byte 0xB1; it looks like GBK");
        assertThat(send(app, "\uFEFF备份完成".getBytes(StandardCharsets.UTF_16LE), "--to", "user_id:staff001", "-")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("it looks like UTF-16");
        assertThat(send(app, "done".getBytes(StandardCharsets.UTF_16LE), "--to", "user_id:staff001")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("line 1, character 2 is a NUL; it looks like UTF-16");
        assertThat(send(app, new byte[800_001], "--to", "user_id:staff001")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("longer than 800000 bytes");
        assertThat(simulator.deliveries()).isEmpty();
    }

    @Test
    void wrongUseIsStatusTwoAndSendsNothing() throws Exception {
        assertThat(send("", "--to", "staff001", "x")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("--to wants a type and an id").contains("Usage: send");
        assertThat(send("")).isEqualTo(2);
        assertThat(send("", "--colour", "red")).isEqualTo(2);
        assertThat(send("", "two", "texts")).isEqualTo(2);
        assertThat(send("", "--file", "/does/not/exist.png")).isEqualTo(2);
        assertThat(send("", "--timeout", "0", "x")).isEqualTo(2);
        assertThat(send(Map.of("dingtalk.simulator", "true"), "", "x")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("no app to send as");
        assertThat(send("", "--to", "userid:staff001", "x")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("recipient_type").contains("user_id");
        assertThat(simulator.deliveries()).isEmpty();
    }

    @Test
    void aTextMayLookLikeAnOptionAndAnOptionsValueToo() throws Exception {
        assertThat(send("", "--to", "user_id:staff001", "--markdown", "--title", "--help", "-hello @staff002 $HOME")).as(errors.toString())
                .isZero();
        assertThat(send("", "--to", "user_id:staff001", "--title of the day: -h")).as(errors.toString()).isZero();
        assertThat(send("", "--to", "user_id:staff001", "@/etc/hostname")).as(errors.toString()).isZero();
        assertThat(send("", "--title=a", "--title=b", "--to=user_id:staff001", "--markdown", "x")).as(errors.toString()).isZero();

        assertThat(simulator.deliveries()).extracting(Delivery::title, Delivery::text)
                .containsExactly(tuple("--help", "-hello @staff002 $HOME"),
                tuple(null, "--title of the day: -h"), tuple(null, "@/etc/hostname"), tuple("b", "x"));
    }
}
