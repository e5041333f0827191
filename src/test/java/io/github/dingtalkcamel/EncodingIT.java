package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.file.FileNames;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chinese from files, words and the environment, on a machine without a locale, where Java itself loses it. */
class EncodingIT {

    private static final String MARK = "\uFEFF";

    private static Simulator simulator;
    private PackagedJar jar;

    @BeforeAll
    static void simulate() {
        simulator = PackagedJar.simulator(SimulatorOptions.defaults());
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    @BeforeEach
    void unpack() throws Exception {
        simulator.clearRecords();
        jar = PackagedJar.facing(simulator).env("LC_ALL", "C");
    }

    @AfterEach
    void delete() throws Exception {
        jar.close();
    }

    private static List<String> answersTo(String person) {
        return simulator.deliveriesTo(simulator.dm(Bot.APP_KEY, person)).stream().map(Delivery::text).toList();
    }

    @Test
    void readsFilesSettingsAndNamesOfFilesAsTheyAreWritten() throws Exception {
        PackagedJar.Run run = jar
                .file("config/application.properties", MARK + "dingtalk.allowed-users=staffONLY\nmy.salute=你好\n")
                .file("config/texts_en.properties", MARK + "refused-user=请联系管理员。\n")
                .file("routes/招呼.yaml", MARK + """
                        - route:
                            id: salute
                            from:
                              uri: agent:salute
                              parameters:
                                trigger: main
                              steps:
                                - setBody:
                                    simple: "{{my.salute}}，${body}{{my.mark}}"
                        """)
                .file("files/报告.pdf", "%PDF")
                .option("-Dmy.mark=！")
                .env("DINGTALK_USER_ID", "职员甲").env("DINGTALK_API_TOKEN", "api-token-0123456789").env("DINGTALK_FILES_DIR", "files")
                .start();
        simulator.callbackUrl(Bot.APP_KEY, run.webhookUrl("main"));

        simulator.say(UserMessage.text("hello").from("stranger"));
        simulator.say(UserMessage.text("世界").from("staffONLY"));
        HttpResponse<String> sent = HttpClient.newHttpClient().send(HttpRequest
                .newBuilder(URI.create(run.webhookUrl("main").replaceFirst("/webhook/.*", "/tools/dingtalk_send_file")))
                .header("Authorization", "Bearer api-token-0123456789").header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"path\":\"报告.pdf\"}")).build(), HttpResponse.BodyHandlers.ofString());

        Awaitility.await().atMost(PackagedJar.PATIENCE).untilAsserted(() -> assertThat(answersTo("staffONLY")).containsExactly("你好，世界！"));
        Awaitility.await().atMost(PackagedJar.PATIENCE).untilAsserted(() -> assertThat(answersTo("stranger")).containsExactly("请联系管理员。"));
        assertThat(run.log()).containsPattern("Routes of \\S*routes/招呼.yaml");
        assertThat(sent.body()).contains("\"successCount\":1");
        assertThat(simulator.deliveriesTo(simulator.dm(Bot.APP_KEY, "职员甲"))).hasSize(1);
        assertThat(simulator.requests().stream().map(RecordedRequest::body)).anyMatch(body -> body != null && body.contains("报告.pdf"));
    }

    @Test
    void sendsWordsAndFilesWhole() throws Exception {
        PackagedJar.Run run = jar.file("报告.pdf", "%PDF")
                .launch("send", "--to", "user_id:staff001", "--file", "报告.pdf", "备份完成 ✅");

        assertThat(run.exitStatus()).as(run.errors()).isZero();
        assertThat(simulator.deliveries()).extracting(Delivery::text).containsExactly("备份完成 ✅", null);
        assertThat(simulator.requests().stream().map(RecordedRequest::body)).anyMatch(body -> body != null && body.contains("报告.pdf"));
    }

    @Test
    void refusesWhatItCannotUseWholeAndCreatesNothing() throws Exception {
        PackagedJar.Run directory = jar.launchIn("目录");
        PackagedJar.Run ejecting = jar.launchIn("目录", "eject", "reply");
        jar.env("DINGTALK_DATA_DIR", "数据").env("DINGTALK_STORE_URL", "jdbc:sqlite:库.db");
        PackagedJar.Run data = jar.launch();
        jar.env("DINGTALK_DATA_DIR", "data").env("DINGTALK_STORE_URL", "").env("SALUTE", "你好").file("routes/salute.yaml", """
                - route:
                    from:
                      uri: agent:salute
                      steps:
                        - setBody:
                            simple: "${env.SALUTE}"
                """);
        PackagedJar.Run route = jar.launch();

        assertThat(List.of(directory.exitStatus(), ejecting.exitStatus(), data.exitStatus(), route.exitStatus()))
                .containsExactly(2, 2, 2, 1);
        assertThat(directory.errors().lines()).singleElement().asString()
                .startsWith("The working directory holds characters").contains("LANG=C.UTF-8");
        assertThat(ejecting.errors()).isEqualTo(directory.errors());
        assertThat(data.errors().lines()).satisfiesExactlyInAnyOrder(
                line -> assertThat(line).startsWith("dingtalk.data-dir (DINGTALK_DATA_DIR): \"数据\" has characters")
                        .contains("LANG=C.UTF-8"),
                line -> assertThat(line).startsWith("dingtalk.store-url (DINGTALK_STORE_URL)").contains("LANG=C.UTF-8"));
        assertThat(route.errors().lines()).singleElement().asString()
                .contains("routes/salute.yaml uses the environment variable SALUTE", "LANG=C.UTF-8");
        try (Stream<Path> left = Files.walk(jar.workingDirectory())) {
            assertThat(left.filter(path -> !path.startsWith(jar.workingDirectory().resolve("data"))).map(FileNames::shown)
                    .map(name -> name.substring(FileNames.shown(jar.workingDirectory()).length())))
                    .containsExactlyInAnyOrder("", "/目录", "/routes", "/routes/salute.yaml");
        }
    }

    @Test
    void helpIsItsOwnAndAnUnknownOptionIsRefused() throws Exception {
        PackagedJar.Run help = jar.launch("--help");
        PackagedJar.Run unknown = jar.launch("--helpp");

        assertThat(help.exitStatus()).isZero();
        assertThat(help.log()).startsWith("Usage: java -jar dingtalk-camel.jar").contains(" send …").doesNotContain("Camel Runner");
        assertThat(unknown.exitStatus()).isEqualTo(2);
        assertThat(unknown.errors()).startsWith("There is no option --helpp\nUsage: ");
        assertThat(jar.workingDirectory()).isEmptyDirectory();
    }

    @Test
    void aSettingsFileThatCannotBeReadIsAWrongSetting() throws Exception {
        jar.file("config/application.properties", "dingtalk.language=en\ndingtalk.llm-prompt=C:\\users\n");

        PackagedJar.Run run = jar.launch();

        assertThat(run.exitStatus()).isEqualTo(2);
        assertThat(run.errors().lines()).singleElement().asString()
                .contains("config/application.properties has a \\u", "write the backslash twice");
    }

    @Test
    void namesATempDirectoryThatIsMissing() throws Exception {
        PackagedJar.Run run = jar.option("-Djava.io.tmpdir=/does/not/exist").launch();

        assertThat(run.exitStatus()).isEqualTo(1);
        assertThat(run.errors().lines()).singleElement().asString()
                .contains("/does/not/exist (java.io.tmpdir) does not exist", "-Djava.io.tmpdir=");
        assertThat(jar.workingDirectory()).isEmptyDirectory();
    }
}
