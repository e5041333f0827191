package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.tool.Film;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Files, custom robots and people through the tools (docs/promises.md 7), and attachments of messages: one application and its simulator.
 */
class ToolFilesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 1, 2, 3};
    private static final String GROUP = "cidFAKEgroup0001==";
    private static final String OTHER_GROUP = "cidFAKEgroup0002==";

    private static Bot bot;
    private static Path files;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", "t0ken-for-tests", "dingtalk.fallback-agent", "reader"));
        files = Files.createDirectories(bot.home().resolve("files"));
        bot.set("dingtalk.files-dir", files.toString());
        bot.set("dingtalk.webhook", bot.simulator().url() + "/robot/send?access_token=r0bot-token");
        bot.set("dingtalk.webhook-secret", "SECabcdef");
        bot.simulator().addCustomRobot(CustomRobot.of("r0bot-token", GROUP).withSecret("SECabcdef"));
        bot.simulator().hire(10_000, 120);
        bot.route("reader.camel.yaml", """
                - route:
                    id: reader
                    from:
                      uri: agent:reader
                      steps:
                        - choice:
                            when:
                              - simple: "${header.CamelDingTalkSenderId} startsWith 'archivist'"
                                steps:
                                  - to: direct:download-attachment
                                  - to:
                                      uri: file:%s
                                      parameters:
                                        fileName: "${date:now:yyyyMMdd-HHmmssSSS}-${header.CamelFileName}"
                                  - setBody: { simple: "Stored as ${header.CamelFileName}" }
                              - simple: "${body} contains 'file'"
                                steps:
                                  - to: direct:download-attachment
                                  - convertBodyTo: { type: String }
                """.formatted(bot.home().resolve("received")));
        bot.start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    @BeforeEach
    void forget() {
        bot.simulator().clearRecords();
        bot.simulator().faults().clear();
    }

    private static JsonNode call(int status, String tool, Map<String, ?> arguments) throws Exception {
        String url = bot.webhookUrl().replace("/webhook/main", "/tools/" + tool);
        var answer = bot.post(url, JSON.writeValueAsBytes(arguments), request -> request.header("Authorization", "Bearer t0ken-for-tests"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    private static JsonNode sendFile(int status, Map<String, String> file) throws Exception {
        Map<String, Object> arguments = new HashMap<>(file);
        arguments.put("recipient_type", "user_id");
        arguments.put("recipient_id", "staff001");
        return call(status, "dingtalk_send_file", arguments);
    }

    private static JsonNode shown(Delivery delivery) throws Exception {
        return JSON.readTree(delivery.body());
    }

    @Test
    void eachKindOfFileIsUploadedAndShown() throws Exception {
        Files.write(files.resolve("chart.png"), PNG);
        Files.writeString(files.resolve("report.pdf"), "%PDF-1.7");
        Files.write(files.resolve("film.mp4"), Film.of(1_000, 7_500));
        String amr = Base64.getEncoder()
                .encodeToString(("#!AMR\n" + ("\74" + "x".repeat(31)).repeat(50)).getBytes(StandardCharsets.ISO_8859_1));

        assertThat(sendFile(200, Map.of("path", "chart.png")).at("/results/0/success").asBoolean()).isTrue();
        sendFile(200, Map.of("path", "report.pdf", "name", "报告.pdf"));
        sendFile(200, Map.of("path", "film.mp4"));
        sendFile(200, Map.of("path", "film.mp4", "name", "again.mp4"));
        sendFile(200, Map.of("base64", amr, "name", "note.amr"));

        List<Delivery> seen = bot.simulator().deliveries();
        assertThat(seen).extracting(Delivery::type).containsExactly("sampleImageMsg", "sampleFile", "sampleVideo", "sampleVideo",
                "sampleAudio");
        assertThat(bot.simulator().media(shown(seen.get(0)).path("photoURL").asText()).orElseThrow().content()).isEqualTo(PNG);
        JsonNode pdf = shown(seen.get(1));
        assertThat(pdf.path("fileName").asText()).isEqualTo("报告.pdf");
        assertThat(bot.simulator().media(pdf.path("mediaId").asText()).orElseThrow().name()).isEqualTo("报告.pdf");
        assertThat(pdf.path("fileType").asText()).isEqualTo("pdf");
        JsonNode film = shown(seen.get(2));
        assertThat(film.path("duration").asText()).isEqualTo("7");
        assertThat(bot.simulator().media(film.path("picMediaId").asText()).orElseThrow().type()).isEqualTo("image");
        assertThat(shown(seen.get(3)).path("picMediaId")).as("the cover is uploaded once").isEqualTo(film.path("picMediaId"));
        assertThat(shown(seen.get(4)).path("duration").asText()).isEqualTo("1000");
    }

    @Test
    void whatMayNotBeSentIsRefusedWithTheArgumentsName() throws Exception {
        Files.writeString(bot.home().resolve("secret.pdf"), "%PDF");
        Files.createSymbolicLink(files.resolve("link.pdf"), bot.home().resolve("secret.pdf"));

        for (Map<String, String> bad : List.of(Map.of("path", "../secret.pdf"), Map.of("path", "link.pdf"), Map.of("path", "/etc/passwd"),
                Map.of("url", "http://127.0.0.1:" + bot.simulator().port() + "/a.pdf"), Map.of("url", "file:///etc/passwd.pdf"),
                Map.of("url", "http://[::ffff:10.0.0.1]/a.pdf"), Map.of("base64", "%%%%", "name", "a.pdf"), Map.of("base64", "AAAA"),
                Map.of("base64", "AAAA", "name", "a.exe"))) {
            JsonNode error = sendFile(400, bad).path("error");
            assertThat(error.path("message").asText()).as("%s", bad).matches("(path|url|base64): .*");
        }
        assertThat(sendFile(400, Map.of()).at("/error/message").asText()).startsWith("path is missing");
        assertThat(sendFile(400, Map.of("path", "a.pdf", "url", "http://a.example/a.pdf")).at("/error/message").asText())
                .contains("beside");
        assertThat(bot.simulator().deliveries()).isEmpty();
        assertThat(bot.simulator().requests()).isEmpty();
    }

    @Test
    void anUploadThatFailsIsToldForEachRecipient() throws Exception {
        Files.write(files.resolve("chart.png"), PNG);
        bot.simulator().faults().on(ApiFamily.MEDIA).times(1).answer(200, "{\"errcode\":40006,\"errmsg\":\"不合法的文件大小\"}");

        JsonNode result = sendFile(200, Map.of("path", "chart.png"));

        assertThat(result.path("failureCount").asInt()).isEqualTo(1);
        assertThat(result.at("/results/0/error/code").asText()).isEqualTo("40006");
    }

    @Test
    void aRobotThatHasSaidTwentyThingsInAMinuteKeepsTheRest() throws Exception {
        List<JsonNode> sent = alarms(0, 20, 30_000);
        List<JsonNode> kept = alarms(20, 25, 8_000);

        assertThat(sent).allMatch(each -> each.path("success").asBoolean()).noneMatch(each -> each.path("queued").asBoolean());
        assertThat(kept).allMatch(each -> each.path("success").asBoolean()).allMatch(each -> each.path("queued").asBoolean());
        assertThat(bot.replies(GROUP)).hasSize(20);
        assertThat(bot.rows("select count(*) from robot_message where state = 'waiting' and robot = 'main'"))
                .isEqualTo(List.of(List.of(5)));
    }

    /** Says these to the robot at the same time; each call's result. */
    private List<JsonNode> alarms(int first, int end, int timeoutMs) {
        List<CompletableFuture<JsonNode>> calls = IntStream.range(first, end).mapToObj(number -> CompletableFuture.supplyAsync(() -> {
            try {
                return call(200, "dingtalk_send_text_notification",
                        Map.of("recipient_type", "webhook", "content", "alarm " + number, "timeoutMs", timeoutMs));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        })).toList();
        return calls.stream().map(each -> each.join().at("/results/0")).toList();
    }

    @Test
    void aRobotsRefusalsAreToldApart() throws Exception {
        bot.simulator().addCustomRobot(CustomRobot.of("keyword-robot", OTHER_GROUP).withKeywords("disk"));
        bot.simulator().addCustomRobot(CustomRobot.of("signing-robot", OTHER_GROUP).withSecret("SEC1"));
        bot.simulator().addCustomRobot(CustomRobot.of("fenced-robot", OTHER_GROUP).withAllowedIps("192.0.2.1"));

        Map<String, String> hints = Map.of("keyword-robot", "keywords", "signing-robot", "webhook-secret", "fenced-robot", "public address",
                "no-robot", "No robot has this URL");
        for (Map.Entry<String, String> each : hints.entrySet()) {
            JsonNode error = call(200, "dingtalk_send_text_notification", Map.of("recipient_type", "webhook", "content", "hello",
                    "recipient_id", bot.simulator().url() + "/robot/send?access_token=" + each.getKey())).at("/results/0/error");
            assertThat(error.path("code").asText()).isEqualTo(each.getKey().equals("no-robot") ? "300005" : "310000");
            assertThat(error.path("hint").asText()).contains(each.getValue());
            assertThat(error.toString()).doesNotContain(each.getKey());
        }
    }

    @Test
    void aRobotsUrlIsSeenNowhere() throws Exception {
        String url = bot.simulator().url() + "/robot/send?access_token=hidden-robot";
        bot.simulator().addCustomRobot(CustomRobot.of("hidden-robot", OTHER_GROUP));
        try (LogLines log = LogLines.listenToDebug()) {
            bot.simulator().faults().on(ApiFamily.CUSTOM_ROBOT).times(1).dropBefore();
            JsonNode result = call(200, "dingtalk_send_text_notification",
                    Map.of("recipient_type", "webhook", "recipient_id", url, "content", "psst"));

            assertThat(result.at("/results/0/success").asBoolean()).as("%s", result).isTrue();
            assertThat(result.toString()).doesNotContain("hidden-robot");
            assertThat(log.all()).noneMatch(line -> line.contains("hidden-robot") || line.contains("r0bot-token"));
        }
        assertThat(bot.context().getEndpoints()).noneMatch(endpoint -> endpoint.getEndpointUri().contains("hidden-robot"));
        assertThat(ManagementFactory.getPlatformMBeanServer().queryNames(null, null))
                .noneMatch(name -> name.toString().contains("hidden-robot"));
    }

    @Test
    void tenThousandPeopleAreListedPageByPage() throws Exception {
        List<String> seen = new ArrayList<>();
        String token = null;
        for (int page = 0; page < 3; page++) {
            Map<String, Object> arguments = new HashMap<>(Map.of("pageSize", 100, "timeoutMs", 60_000, "keyword", "EMP0"));
            if (token != null) {
                arguments.put("pageToken", token);
            }
            JsonNode data = call(200, "dingtalk_list_users", arguments).path("data");
            StreamSupport.stream(data.path("users").spliterator(), false).forEach(user -> seen.add(user.path("userId").asText()));
            token = data.path("nextPageToken").asText();
        }
        assertThat(seen).isEqualTo(IntStream.rangeClosed(1, 300).mapToObj(i -> String.format("emp%05d", i)).toList());
        int calls = bot.simulator().requests().size();

        JsonNode one = call(200, "dingtalk_list_users", Map.of("keyword", "employee 9999")).path("data");
        assertThat(one.path("users")).hasSize(1);
        assertThat(one.at("/users/0/name").asText()).isEqualTo("Employee 9999");
        assertThat(one.has("nextPageToken")).isFalse();
        assertThat(call(200, "dingtalk_list_users", Map.of("keyword", "wang")).at("/data/users/0/userId").asText())
                .as("a user of the root department").isEqualTo("staff003");
        assertThat(bot.simulator().requests()).as("all were known already").hasSize(calls);

        JsonNode department = call(200, "dingtalk_list_users", Map.of("departmentId", 1_011, "language", "en_US", "pageSize", 100))
                .path("data");
        assertThat(department.path("users")).hasSizeBetween(10, 100);
        assertThat(call(400, "dingtalk_list_users", Map.of("pageToken", "x")).at("/error/message").asText()).contains("pageToken");
    }

    @Test
    void aMissingPermissionComesWithTheConsolesLink() throws Exception {
        bot.simulator().addDepartment(7_777, "Quiet", 1);
        bot.simulator().hire(Person.of("quiet1", "Quiet One"), 7_777);
        bot.simulator().faults().on(ApiFamily.CONTACTS).after(1).times(1).noPermission();

        JsonNode result = call(200, "dingtalk_list_users", Map.of("departmentId", 7_777));
        JsonNode error = result.path("error");

        assertThat(result.path("failureCount").asInt()).isEqualTo(1);
        assertThat(result.path("successCount").asInt()).isZero();
        assertThat(result.path("data")).isEmpty();
        assertThat(error.path("code").asText()).isEqualTo("60011");
        assertThat(error.path("hint").asText())
                .isEqualTo("Grant the app qyapi_get_department_member: https://open-dev.dingtalk.com/appscope/apply?content="
                + Bot.APP_KEY + "%23qyapi_get_department_member");
        JsonNode granted = call(200, "dingtalk_list_users", Map.of("departmentId", 7_777));
        assertThat(granted.at("/data/users/0/userId").asText()).isEqualTo("quiet1");
        assertThat(granted.path("failureCount").asInt()).isZero();
        assertThat(granted.has("error")).isFalse();
    }

    @Test
    void anAttachmentIsFetchedWhenAnAgentAsksForItAndNotBefore() throws Exception {
        String code = bot.simulator().attach(null, "notes.txt", "what was attached".getBytes(StandardCharsets.UTF_8));
        String message = "{\"msgtype\":\"file\",\"content\":{\"downloadCode\":\"" + code + "\",\"fileName\":\"notes.txt\"}}";

        bot.say(UserMessage.text("").from("staff002").without("text").with(message));
        assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff002"), 1)).containsExactly("what was attached");

        bot.simulator().clearRecords();
        bot.say(UserMessage.text("").from("staff003").without("text").with(message.replace("\"file\"", "\"picture\"")));
        assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff003"), 1)).isNotEmpty();
        assertThat(bot.simulator().requests()).noneMatch(request -> request.path().contains("messageFiles")
                || request.path().contains("/files/"));
    }

    @Test
    void aReceivedFileIsStoredUnderAReadableNameForAnyNameOfTheSender() throws Exception {
        List<String> names = List.of("年度报告.pdf", "../../x", "..", "C:\\\\temp\\\\a b.txt", "${bean:turns}.txt", "NUL.txt",
                "a\\u0000\\u202Eb\\n.pdf", "长".repeat(250) + ".xlsx");
        List<String> stored = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            stored.add(stored("archivist" + i, "file", ",\"fileName\":\"" + names.get(i) + "\"", "content " + i));
        }
        stored.add(stored("archivist-p", "picture", "", new String(PNG, StandardCharsets.ISO_8859_1)));

        assertThat(stored.get(0)).isEqualTo("年度报告.pdf");
        assertThat(stored.get(1)).isEqualTo("x");
        assertThat(stored.get(2)).matches("file-\\d{8}-\\d{6}-\\d{3}\\.bin");
        assertThat(stored.subList(3, 7)).containsExactly("a b.txt", "_{bean_turns}.txt", "_NUL.txt", "ab .pdf");
        assertThat(stored.get(7)).isEqualTo("长".repeat(58) + ".xlsx");
        assertThat(stored.get(8)).matches("picture-\\d{8}-\\d{6}-\\d{3}\\.png");
        try (var files = Files.list(bot.home().resolve("received"))) {
            assertThat(files.map(file -> file.getFileName().toString().replaceFirst("^\\d{8}-\\d{9}-", "")))
                    .containsExactlyInAnyOrderElementsOf(stored);
        }
    }

    /** Sends it, and returns what the agent called it. */
    private static String stored(String person, String type, String fields, String content) {
        String code = bot.simulator().attach(null, "any", content.getBytes(StandardCharsets.ISO_8859_1));
        bot.say(UserMessage.text("").from(person).without("text")
                .with("{\"msgtype\":\"" + type + "\",\"content\":{\"downloadCode\":\"" + code + "\"" + fields + "}}"));
        String reply = bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, person), 1).get(0);
        assertThat(reply).startsWith("Stored as ");
        return reply.substring("Stored as ".length()).replaceFirst("^\\d{8}-\\d{9}-", "");
    }
}
