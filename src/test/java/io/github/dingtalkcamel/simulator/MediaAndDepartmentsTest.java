package io.github.dingtalkcamel.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import com.aliyun.dingtalkrobot_1_0.models.RobotMessageFileDownloadHeaders;
import com.aliyun.dingtalkrobot_1_0.models.RobotMessageFileDownloadRequest;
import com.aliyun.tea.TeaException;
import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teautil.models.RuntimeOptions;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StoredFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docs/protocol.md 6.6 and 6.7: the bodies that it gives, and DingTalk's own client where that knows the call. */
class MediaAndDepartmentsTest {

    private static final String KEY = "dingfakeappkey000001";

    private final SettableClock clock = new SettableClock();
    private Simulator simulator;
    private Wire wire;
    private String token;

    @BeforeEach
    void start() throws Exception {
        simulator = Simulator.start(SimulatorOptions.defaults().clock(clock));
        simulator.addApp(SimulatedApp.of(KEY, "s3cr3t-fake"));
        wire = new Wire(simulator);
        token = wire.token(KEY, "s3cr3t-fake");
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private JsonNode upload(String query, String type, String name, String content) throws Exception {
        String field = type == null ? "" : "--b0undary\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n" + type + "\r\n";
        String form = field + "--b0undary\r\nContent-Disposition: form-data; name=\"media\"; filename=\"" + name
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"
                + content + "\r\n--b0undary--\r\n";
        HttpRequest.Builder request = wire.request("/media/upload?access_token=" + token + query, "Content-Type",
                "multipart/form-data; boundary=b0undary")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        return wire.send(request).json();
    }

    @Test
    void uploadsByFormOrQuery() throws Exception {
        JsonNode answer = upload("", "file", "报告.pdf", "%PDF\r\n--b0\r\n");

        assertThat(answer.path("errcode").asInt()).isZero();
        assertThat(answer.path("type").asText()).isEqualTo("file");
        assertThat(answer.path("created_at").asLong()).isEqualTo(clock.millis());
        StoredFile file = simulator.media(answer.path("media_id").asText()).orElseThrow();
        assertThat(file.name()).isEqualTo("报告.pdf");
        assertThat(new String(file.content(), StandardCharsets.UTF_8)).isEqualTo("%PDF\r\n--b0\r\n");
        assertThat(upload("&type=image", null, "a.png", "x").path("media_id").asText()).startsWith("@");
    }

    @Test
    void refusesAsTheRealOneDoes() throws Exception {
        assertThat(upload("", "picture", "a.png", "x").path("errcode").asInt()).isEqualTo(40004);
        assertThat(upload("", "image", "a.exe", "x").path("errcode").asInt()).isEqualTo(40004);
        assertThat(upload("", "voice", "a.amr", "x".repeat((2 << 20) + 1)).path("errcode").asInt()).isEqualTo(40006);
        token = "none";
        assertThat(upload("", "image", "a.png", "x").toString()).isEqualTo("{\"errcode\":40014,\"errmsg\":\"不合法的access_token\"}");
    }

    @Test
    void dingTalksOwnClientGetsTheAddressOfAnAttachment() throws Exception {
        Config config = new Config();
        config.protocol = "http";
        config.regionId = "central";
        config.endpoint = "127.0.0.1:" + simulator.port();
        var robots = new com.aliyun.dingtalkrobot_1_0.Client(config);
        RobotMessageFileDownloadHeaders headers = new RobotMessageFileDownloadHeaders();
        headers.setXAcsDingtalkAccessToken(token);
        String code = simulator.attach(KEY, "notes.txt", "hello".getBytes(StandardCharsets.UTF_8));
        RobotMessageFileDownloadRequest request = new RobotMessageFileDownloadRequest().setDownloadCode(code).setRobotCode(KEY);

        String url = robots.robotMessageFileDownloadWithOptions(request, headers, new RuntimeOptions()).getBody().getDownloadUrl();

        assertThat(get(url).body()).isEqualTo("hello");
        assertThat(get(url.replace("Signature=", "Signature=x")).statusCode()).isEqualTo(403);
        clock.pass(Duration.ofMinutes(11));
        assertThat(get(url).statusCode()).isEqualTo(403);
        assertThat(catchThrowableOfType(TeaException.class, () -> robots.robotMessageFileDownloadWithOptions(
                new RobotMessageFileDownloadRequest().setDownloadCode("no").setRobotCode(KEY), headers, new RuntimeOptions())).getCode())
                .isEqualTo("invalidParameter.robotCode.downloadCode");
        assertThat(catchThrowableOfType(TeaException.class, () -> robots.robotMessageFileDownloadWithOptions(
                new RobotMessageFileDownloadRequest().setDownloadCode(code).setRobotCode("another"), headers, new RuntimeOptions()))
                .getCode())
                .isEqualTo("invalidParameter.robotCode.auth");
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode topapi(String path, String body) throws Exception {
        return wire.post(path + "?access_token=" + token, body).json();
    }

    @Test
    void listsDepartmentsAndTheirDirectMembers() throws Exception {
        simulator.addDepartment(2, "R&D", 1);
        simulator.addDepartment(3, "Tests", 2);
        for (int i = 0; i < 5; i++) {
            simulator.hire(Person.of("dev" + i, "Dev " + i), 2);
        }

        JsonNode departments = topapi("/topapi/v2/department/listsub", "{\"dept_id\":1,\"language\":\"zh_CN\"}");
        assertThat(departments.path("result").toString())
                .isEqualTo("[{\"dept_id\":2,\"name\":\"R&D\",\"parent_id\":1,\"create_dept_group\":true,\"auto_add_user\":true}]");

        JsonNode page = topapi("/topapi/v2/user/list", "{\"dept_id\":2,\"cursor\":0,\"size\":3}").path("result");
        assertThat(page.path("has_more").asBoolean()).isTrue();
        assertThat(page.path("next_cursor").asLong()).isEqualTo(3);
        assertThat(page.at("/list/0/userid").asText()).isEqualTo("dev0");
        JsonNode last = topapi("/topapi/v2/user/list", "{\"dept_id\":2,\"cursor\":3,\"size\":3}").path("result");
        assertThat(last.path("list")).hasSize(2);
        assertThat(last.path("has_more").asBoolean()).isFalse();
        assertThat(last.has("next_cursor")).isFalse();
    }

    @Test
    void wantsKnownDepartmentsAndSmallPages() throws Exception {
        assertThat(topapi("/topapi/v2/department/listsub", "{\"dept_id\":99}").path("errcode").asInt()).isEqualTo(60003);
        assertThat(topapi("/topapi/v2/user/list", "{\"dept_id\":1,\"cursor\":0,\"size\":101}").path("errcode").asInt()).isEqualTo(40069);
        assertThat(topapi("/topapi/v2/user/list", "{\"dept_id\":1,\"cursor\":-1,\"size\":10}").path("errcode").asInt()).isEqualTo(40068);
        simulator.faults().on(ApiFamily.CONTACTS).times(1).noPermission();
        JsonNode refused = topapi("/topapi/v2/user/list", "{\"dept_id\":1,\"cursor\":0,\"size\":10}");
        assertThat(refused.path("errcode").asInt()).isEqualTo(88);
        assertThat(refused.path("sub_code").asText()).isEqualTo("60011");
        assertThat(refused.path("sub_msg").asText()).contains("requiredScopes=[qyapi_get_department_member]");
    }
}
