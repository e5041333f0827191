package io.github.dingtalkcamel.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.aliyun.dingtalkoauth2_1_0.models.GetAccessTokenRequest;
import com.aliyun.dingtalkoauth2_1_0.models.GetAccessTokenResponseBody;
import com.aliyun.dingtalkrobot_1_0.models.BatchSendOTOHeaders;
import com.aliyun.dingtalkrobot_1_0.models.BatchSendOTORequest;
import com.aliyun.dingtalkrobot_1_0.models.BatchSendOTOResponseBody;
import com.aliyun.dingtalkrobot_1_0.models.OrgGroupSendHeaders;
import com.aliyun.dingtalkrobot_1_0.models.OrgGroupSendRequest;
import com.aliyun.tea.TeaException;
import com.aliyun.tea.TeaUnretryableException;
import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teautil.models.RuntimeOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DingTalk's own OpenAPI client as the witness: what it makes of the simulator's answers (protocol 9.1, A.4). */
class OfficialSdkTest {

    private static final String KEY = "dingfakeappkey000001";

    private Simulator simulator;
    private com.aliyun.dingtalkoauth2_1_0.Client tokens;
    private com.aliyun.dingtalkrobot_1_0.Client robots;

    @BeforeEach
    void start() throws Exception {
        simulator = Simulator.start(SimulatorOptions.defaults());
        simulator.addApp(SimulatedApp.of(KEY, "s3cr3t-fake"));
        tokens = new com.aliyun.dingtalkoauth2_1_0.Client(config());
        robots = new com.aliyun.dingtalkrobot_1_0.Client(config());
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    private Config config() {
        Config config = new Config();
        config.protocol = "http";
        config.regionId = "central";
        config.endpoint = "127.0.0.1:" + simulator.port();
        return config;
    }

    private GetAccessTokenResponseBody token(String secret) throws Exception {
        return tokens.getAccessToken(new GetAccessTokenRequest().setAppKey(KEY).setAppSecret(secret)).getBody();
    }

    private String token() throws Exception {
        return token("s3cr3t-fake").getAccessToken();
    }

    private static BatchSendOTORequest hello() {
        return new BatchSendOTORequest().setRobotCode(KEY).setUserIds(List.of("staff001", "staff404")).setMsgKey("sampleText")
                .setMsgParam("{\"content\":\"hello\"}");
    }

    private BatchSendOTOResponseBody send(String token, BatchSendOTORequest request) throws Exception {
        BatchSendOTOHeaders headers = new BatchSendOTOHeaders();
        headers.setXAcsDingtalkAccessToken(token);
        return robots.batchSendOTOWithOptions(request, headers, new RuntimeOptions()).getBody();
    }

    private String sendToGroup(String token, String group) throws Exception {
        OrgGroupSendHeaders headers = new OrgGroupSendHeaders();
        headers.setXAcsDingtalkAccessToken(token);
        return robots.orgGroupSendWithOptions(new OrgGroupSendRequest().setRobotCode(KEY).setOpenConversationId(group)
                .setMsgKey("sampleMarkdown").setMsgParam("{\"title\":\"t\",\"text\":\"**x**\"}"), headers, new RuntimeOptions())
                .getBody().getProcessQueryKey();
    }

    private interface Sending {
        void send() throws Exception;
    }

    private static TeaException errorOf(Sending sending) {
        return catchThrowableOfType(TeaException.class, sending::send);
    }

    @Test
    void getsAToken() throws Exception {
        GetAccessTokenResponseBody token = token("s3cr3t-fake");

        assertThat(token.getAccessToken()).matches("[0-9a-f]{32}");
        assertThat(token.getExpireIn()).isEqualTo(7200L);
    }

    @Test
    void surfacesWrongCredentials() {
        TeaException error = errorOf(() -> token("wrong"));

        assertThat(error.getCode()).isEqualTo("invalidClientIdOrSecret");
        assertThat(error.getStatusCode()).isEqualTo(400);
        assertThat(error.getMessage()).startsWith("code: 400, 无效的clientId或者clientSecret request id: ")
                .endsWith(error.getData().get("requestid").toString());
    }

    @Test
    void sendsToPeople() throws Exception {
        simulator.addPerson(simulator.person("staff404").with(Person.Reach.UNKNOWN));

        BatchSendOTOResponseBody result = send(token(), hello());

        assertThat(result.getInvalidStaffIdList()).containsExactly("staff404");
        assertThat(result.getFlowControlledStaffIdList()).isEmpty();
        assertThat(simulator.deliveries()).singleElement().satisfies(delivery -> {
            assertThat(delivery.userId()).isEqualTo("staff001");
            assertThat(delivery.text()).isEqualTo("hello");
            assertThat(delivery.processQueryKey()).isEqualTo(result.getProcessQueryKey());
        });
    }

    @Test
    void sendsToGroups() throws Exception {
        String processQueryKey = sendToGroup(token(), "cidFAKEgroup0001==");

        assertThat(simulator.deliveries()).singleElement().satisfies(delivery -> {
            assertThat(delivery.conversationId()).isEqualTo("cidFAKEgroup0001==");
            assertThat(delivery.title()).isEqualTo("t");
            assertThat(delivery.processQueryKey()).isEqualTo(processQueryKey);
        });
    }

    @Test
    void surfacesAnExpiredToken() throws Exception {
        String token = token();
        simulator.expireToken(KEY);

        TeaException error = errorOf(() -> send(token, hello()));

        assertThat(error.getCode()).isEqualTo("InvalidAuthentication");
        assertThat(error.getStatusCode()).isEqualTo(400);
        assertThat(error.getMessage()).startsWith("code: 400, 不合法的access_token request id: ");
        assertThat(error.getData()).containsEntry("statusCode", 400).containsKey("requestid");
    }

    @Test
    void surfacesAMissingPermissionWithItsScopes() throws Exception {
        String token = token();
        simulator.troubles().on(ApiFamily.ROBOT).noPermission();

        TeaException error = errorOf(() -> send(token, hello()));

        assertThat(error.getCode()).isEqualTo("Forbidden.AccessDenied.AccessTokenPermissionDenied");
        assertThat(error.getStatusCode()).isEqualTo(403);
        assertThat(error.getAccessDeniedDetail()).isEqualTo(Map.of("requiredScopes", List.of("qyapi_robot_sendmsg")));
    }

    @Test
    void surfacesAnUnknownRobot() throws Exception {
        String token = token();

        TeaException error = errorOf(() -> send(token, hello().setRobotCode("dingnobody")));

        assertThat(error.getCode()).isEqualTo("invalidParameter.robotCode.notExsit");
        assertThat(error.getStatusCode()).isEqualTo(400);
        assertThat(error.getMessage()).contains("robot 不存在");
    }

    @Test
    void surfacesThrottling() throws Exception {
        String token = token();
        simulator.troubles().on(ApiFamily.ROBOT).throttle();

        TeaException error = errorOf(() -> sendToGroup(token, "cidFAKEgroup0001=="));

        assertThat(error.getCode()).isEqualTo("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi");
        assertThat(error.getStatusCode()).isEqualTo(403);
    }

    @Test
    void surfacesAnUnknownGroup() throws Exception {
        String token = token();

        assertThat(errorOf(() -> sendToGroup(token, "cidnone==")).getCode()).isEqualTo("invalid.openConversationId");
    }

    @Test
    void givesUpOnADroppedConnection() throws Exception {
        String token = token();
        simulator.troubles().on(ApiFamily.ROBOT).untilCleared().dropBefore();

        assertThat(catchThrowableOfType(TeaUnretryableException.class, () -> send(token, hello()))).isNotNull();
        assertThat(simulator.deliveries()).isEmpty();
    }
}
