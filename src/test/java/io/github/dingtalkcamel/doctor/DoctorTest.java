package io.github.dingtalkcamel.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.Ports;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command doctor on a set-up that works, and on broken ones. */
class DoctorTest {

    @TempDir
    static Path home;
    private static Simulator simulator;

    @BeforeAll
    static void start() {
        simulator = Simulator.start(SimulatorOptions.defaults());
        simulator.addApp(SimulatedApp.of(Bot.APP_KEY, Bot.APP_SECRET));
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    @BeforeEach
    void forget() {
        simulator.faults().clear();
        simulator.clearRecords();
    }

    private static Machine machine() {
        return new Machine(17, StandardCharsets.UTF_8, home, 256L << 20, InstantSource.system());
    }

    private static Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("dingtalk.app-key", Bot.APP_KEY);
        settings.put("dingtalk.app-secret", Bot.APP_SECRET);
        settings.put("dingtalk.api-base-url", simulator.url());
        settings.put("dingtalk.oapi-base-url", simulator.url());
        settings.put("dingtalk.data-dir", home.resolve("data").toString());
        return settings;
    }

    private static List<Finding> found(Machine machine, Map<String, String> settings) {
        return new Doctor(new Examination(machine, settings, false)).findings(() -> new SettingsReader(Map.of(), settings, Map.of(), text -> text, 17).read());
    }

    private static List<Finding> wrong(Machine machine, String setting, String value) {
        Map<String, String> settings = settings();
        if (setting != null) {
            settings.put(setting, value);
        }
        List<Finding> wrong = found(machine, settings).stream().filter(finding -> finding.result() == Finding.Result.WRONG).toList();
        assertThat(wrong).allSatisfy(finding -> {
            assertThat(finding.remedy()).as(finding.check()).isNotBlank();
            assertThat(finding.line()).startsWith("wrong   " + finding.check()).doesNotContain(Bot.APP_SECRET);
        });
        return wrong;
    }

    private static List<String> checks(List<Finding> findings) {
        return findings.stream().map(Finding::check).toList();
    }

    @Test
    void aSetUpThatWorksHasNothingWrongAndNothingIsSent() throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        int status = new Doctor(new Examination(machine(), Map.of(), false)).run(() -> new SettingsReader(Map.of(), settings(), Map.of(), text -> text, 17).read(), true,
                new PrintStream(printed, true, StandardCharsets.UTF_8));

        JsonNode all = new ObjectMapper().readTree(printed.toString(StandardCharsets.UTF_8));
        assertThat(status).as(all.toPrettyString()).isZero();
        assertThat(all.path("ok").asBoolean()).isTrue();
        assertThat(all.path("checks").findValuesAsText("check")).contains("settings", "java", "locale", "temp directory", "data directory",
                "disk", "store", "clock", "credentials main", "robot code main", "permissions main", "cards main", "visible range main", "stream main", "callback main", "model",
                "broker", "cluster");
        assertThat(simulator.deliveries()).isEmpty();
        assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain(Bot.APP_SECRET);
    }

    @Test
    void anOldJavaIsNamed() {
        assertThat(checks(wrong(new Machine(11, StandardCharsets.UTF_8, home, 256L << 20, InstantSource.system()), null, null)))
                .containsExactly("java");
    }

    @Test
    void tooLittleHeapIsNamed() {
        assertThat(wrong(new Machine(17, StandardCharsets.UTF_8, home, 16L << 20, InstantSource.system()), null, null))
                .singleElement().satisfies(finding -> assertThat(finding.remedy()).contains("-Xmx"));
    }

    @Test
    void aMissingLocaleIsNamed() {
        assertThat(wrong(new Machine(17, StandardCharsets.US_ASCII, home, 256L << 20, InstantSource.system()), null, null))
                .singleElement().satisfies(finding -> assertThat(finding.remedy()).contains("LANG=C.UTF-8"));
    }

    @Test
    void directoriesThatCannotBeWrittenAreNamed() throws Exception {
        Path file = Files.writeString(home.resolve("file"), "");

        assertThat(checks(wrong(new Machine(17, StandardCharsets.UTF_8, file.resolve("tmp"), 256L << 20, InstantSource.system()), null, null)))
                .containsExactly("temp directory");
        assertThat(checks(wrong(machine(), "dingtalk.data-dir", file.resolve("data").toString()))).containsExactly("data directory");
    }

    @Test
    void aStoreThatDoesNotAnswerIsNamed() throws Exception {
        assertThat(checks(wrong(machine(), "dingtalk.store-url", "jdbc:postgresql://127.0.0.1:" + Ports.quiet() + "/bot")))
                .containsExactly("store");
    }

    @Test
    void aHostThatDoesNotAnswerIsNamed() throws Exception {
        assertThat(checks(wrong(machine(), "dingtalk.oapi-base-url", "http://127.0.0.1:" + Ports.quiet())))
                .containsExactly("host 127.0.0.1");
    }

    @Test
    void aHostWhoseNameIsNotKnownIsNamed() {
        assertThat(checks(wrong(machine(), "dingtalk.oapi-base-url", "http://no-such-host.invalid"))).contains("dns no-such-host.invalid");
    }

    @Test
    void aHostThatSpeaksNoTlsIsNamed() {
        assertThat(checks(wrong(machine(), "dingtalk.oapi-base-url", simulator.url().replace("http:", "https:")))).containsExactly("tls 127.0.0.1");
    }

    @Test
    void aClockThatIsSetWrongIsNamed() throws Exception {
        HttpServer dated = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        dated.createContext("/", exchange -> {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        dated.start();
        try {
            assertThat(checks(wrong(new Machine(17, StandardCharsets.UTF_8, home, 256L << 20, InstantSource.offset(InstantSource.system(),
                    Duration.ofMinutes(10))), "dingtalk.oapi-base-url", "http://127.0.0.1:" + dated.getAddress().getPort())))
                    .containsExactly("clock");
        } finally {
            dated.stop(0);
        }
    }

    @Test
    void aFileThatIsNoDatabaseIsNamed() throws Exception {
        Path file = Files.writeString(home.resolve("broken.db"), "this is no database at all");

        assertThat(checks(wrong(machine(), "dingtalk.store-url", "jdbc:sqlite:" + file))).containsExactly("store");
    }

    @Test
    void aWrongSecretIsNamed() {
        assertThat(checks(wrong(machine(), "dingtalk.app-secret", "another-secret-0123456789"))).containsExactly("credentials main");
    }

    @Test
    void aMissingPermissionIsNamed() {
        simulator.faults().on(ApiFamily.ROBOT).untilCleared().noPermission();

        assertThat(wrong(machine(), null, null)).singleElement().satisfies(finding -> assertThat(finding.check()).isEqualTo("permissions main"));
    }

    @Test
    void aRobotCodeThatDingTalkDoesNotKnowIsNamed() {
        assertThat(wrong(machine(), "dingtalk.robot-code", "dingother00000000001")).singleElement().satisfies(finding -> {
            assertThat(finding.check()).isEqualTo("robot code main");
            assertThat(finding.remedy()).contains("dingtalk.robot-code");
        });
    }

    @Test
    void eachPermissionToReadContactsIsNamedByItselfAndIsNothingWrong() {
        simulator.faults().on("/topapi/v2/department/listsub").untilCleared().noPermission();

        List<Finding> found = found(machine(), settings());

        assertThat(found).filteredOn(finding -> finding.check().equals("permissions main")).extracting(Finding::line)
                .satisfiesExactly(line -> assertThat(line).startsWith("ok").contains("qyapi_robot_sendmsg"),
                        line -> assertThat(line).startsWith("ok").contains("qyapi_get_department_member is granted, for dingtalk_list_users"),
                        line -> assertThat(line).startsWith("off").contains("qyapi_get_department_list is not granted", "publish a version"),
                        line -> assertThat(line).startsWith("ok").contains("qyapi_get_member is granted"),
                        line -> assertThat(line).startsWith("ok").contains("qyapi_get_member_by_mobile is granted"));
        assertThat(found).noneMatch(finding -> finding.result() == Finding.Result.WRONG);
    }

    @Test
    void aVisibleRangeWithoutTheRootDepartmentIsSaid() {
        simulator.faults().on("/topapi/v2/user/list").untilCleared().answer(200, "{\"errcode\":50004,\"errmsg\":\"out of range\"}");

        assertThat(found(machine(), settings())).filteredOn(finding -> finding.check().equals("visible range main")).singleElement()
                .satisfies(finding -> assertThat(finding.line()).startsWith("unknown").contains("only a part of the organisation"));
    }

    /** DingTalk looks at the permission first: these answers come only where it is granted. */
    @ParameterizedTest
    @CsvSource({ "/topapi/user/getbyunionid,60121", "/topapi/v2/user/getbymobile,60121", "/topapi/v2/department/listsub,60003",
            "/topapi/v2/department/listsub,50004", "/topapi/v2/user/list,50002", "/topapi/v2/user/list,60003" })
    void aRefusalThatNamesAMissingPersonOrDepartmentProvesThePermission(String path, int code) {
        simulator.faults().on(path).untilCleared().answer(200, "{\"errcode\":" + code + ",\"errmsg\":\"no\"}");

        assertThat(found(machine(), settings())).filteredOn(finding -> finding.check().equals("permissions main"))
                .allSatisfy(finding -> assertThat(finding.line()).startsWith("ok"));
    }

    @ParameterizedTest
    @CsvSource({ "/topapi/v2/user/list,qyapi_get_department_member", "/topapi/v2/department/listsub,qyapi_get_department_list",
            "/topapi/user/getbyunionid,qyapi_get_member", "/topapi/v2/user/getbymobile,qyapi_get_member_by_mobile" })
    void aRefusalForAnotherReasonDoesNotProveThePermission(String path, String permission) {
        for (String answer : List.of("{\"errcode\":88,\"sub_code\":\"60020\",\"sub_msg\":\"address\"}",
                "{\"errcode\":71010,\"errmsg\":\"app disabled\"}", "{\"errcode\":40035,\"errmsg\":\"bad parameter\"}")) {
            simulator.faults().clear();
            simulator.faults().on(path).untilCleared().answer(200, answer);
            List<Finding> found = found(machine(), settings());

            assertThat(found).filteredOn(finding -> finding.line().contains(permission + ":")).isNotEmpty().allSatisfy(finding -> {
                assertThat(finding.result()).isEqualTo(Finding.Result.UNKNOWN);
                assertThat(finding.remedy()).contains(answer.contains("60020") ? "IP white list" : "error table");
            });
            assertThat(found).noneMatch(finding -> finding.line().contains(permission + " is granted"));
            if (path.endsWith("user/list")) {
                assertThat(found).filteredOn(finding -> finding.check().equals("visible range main")).singleElement()
                        .satisfies(finding -> assertThat(finding.line()).startsWith("unknown").doesNotContain("tells it only with"));
            }
        }
    }

    @Test
    void aTemplateOfCardsThatIsNotPublishedIsNamedAndNoCardIsDelivered() {
        Map<String, String> settings = settings();
        settings.put("dingtalk.streaming", "card");
        settings.put("dingtalk.streaming-card-template-id", "589420e2-c1e2-46ef-a5ed-b8728e654da9.schema");
        assertThat(found(machine(), settings)).anySatisfy(finding -> assertThat(finding.line()).startsWith("ok      cards main"));

        simulator.faults().on("/v1.0/card/instances")
                .answer(400, "{\"code\":\"param.templateUnpublished\",\"message\":\"no\",\"requestid\":\"R\"}");
        assertThat(found(machine(), settings)).filteredOn(finding -> finding.result() == Finding.Result.WRONG).singleElement()
                .satisfies(finding -> assertThat(finding.line()).contains("cards main", "dingtalk.streaming-card-template-id"));
        assertThat(simulator.deliveries()).isEmpty();
    }

    @Test
    void wordsOfTheOtherSideCannotLookLikeAnotherLine() {
        simulator.faults().on(ApiFamily.ROBOT).untilCleared()
                .answer(400, "{\"code\":\"odd\",\"message\":\"no\\nok      clock  fine\",\"requestid\":\"R\"}");

        assertThat(wrong(machine(), null, null)).singleElement()
                .satisfies(finding -> assertThat(finding.line().lines()).hasSize(1));
    }

    @Test
    void brokersInPropertiesOfTheUsersAreNamed() throws Exception {
        try (ServerSocket broker = new ServerSocket(0)) {
            String alive = "localhost:" + broker.getLocalPort();
            String away = "127.0.0.1:" + Ports.quiet();
            Map<String, String> settings = settings();
            settings.put("camel.beans.broker.brokerURL", "failover:(tcp://" + alive + ",ssl://no-such-host.invalid:61617)");
            settings.put("kafka-out.brokers", away + ", " + alive);

            assertThat(found(machine(), settings)).filteredOn(finding -> finding.check().equals("broker")).extracting(Finding::line)
                    .satisfiesExactlyInAnyOrder(line -> assertThat(line).startsWith("ok").contains(alive),
                            line -> assertThat(line).startsWith("wrong").contains(away, "does not answer"),
                            line -> assertThat(line).startsWith("wrong").contains("no-such-host.invalid", "is not known here"));
        }
    }

    @Test
    void aSimulatedDingTalkIsNotLookedForBeforeTheProgramRuns() {
        Map<String, String> settings = settings();
        settings.put("dingtalk.simulator", "true");
        settings.remove("dingtalk.api-base-url");

        assertThat(found(machine(), settings)).filteredOn(finding -> finding.check().equals("credentials main")).singleElement()
                .satisfies(finding -> assertThat(finding.line()).startsWith("off").contains("/api/dingtalk/integrations/main/test"));
    }

    @Test
    void noWayInIsNamed() {
        assertThat(checks(wrong(machine(), "dingtalk.stream", "false"))).containsExactly("callback main");
    }

    @Test
    void aModelThatDoesNotAnswerIsNamed() throws Exception {
        Map<String, String> settings = settings();
        settings.put("dingtalk.llm-base-url", "http://127.0.0.1:" + Ports.quiet() + "/v1");
        settings.put("dingtalk.llm-model", "some");

        assertThat(checks(found(machine(), settings).stream().filter(finding -> finding.result() == Finding.Result.WRONG).toList()))
                .containsExactly("model");
    }

    @Test
    void aWrongSettingIsNamed() {
        assertThat(wrong(machine(), "dingtalk.webhook-port", "eighty")).singleElement()
                .satisfies(finding -> assertThat(finding.message()).startsWith("dingtalk.webhook-port"));
    }
}
