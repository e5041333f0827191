package io.github.dingtalkcamel.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import java.util.List;
import java.util.Map;

import com.aliyun.dingtalkcard_1_0.models.CreateAndDeliverHeaders;
import com.aliyun.dingtalkcard_1_0.models.CreateAndDeliverRequest;
import com.aliyun.dingtalkcard_1_0.models.StreamingUpdateHeaders;
import com.aliyun.dingtalkcard_1_0.models.StreamingUpdateRequest;
import com.aliyun.dingtalkcard_1_0.models.UpdateCardHeaders;
import com.aliyun.dingtalkcard_1_0.models.UpdateCardRequest;
import com.aliyun.dingtalkoauth2_1_0.models.GetAccessTokenRequest;
import com.aliyun.dingtalkoauth2_1_0.models.GetAccessTokenResponseBody;
import com.aliyun.dingtalkrobot_1_0.models.BatchRecallOTOHeaders;
import com.aliyun.dingtalkrobot_1_0.models.BatchRecallOTORequest;
import com.aliyun.dingtalkrobot_1_0.models.BatchRecallOTOResponseBody;
import com.aliyun.dingtalkrobot_1_0.models.BatchSendOTOHeaders;
import com.aliyun.dingtalkrobot_1_0.models.BatchSendOTORequest;
import com.aliyun.dingtalkrobot_1_0.models.BatchSendOTOResponseBody;
import com.aliyun.dingtalkrobot_1_0.models.OrgGroupRecallHeaders;
import com.aliyun.dingtalkrobot_1_0.models.OrgGroupRecallRequest;
import com.aliyun.dingtalkrobot_1_0.models.OrgGroupSendHeaders;
import com.aliyun.dingtalkrobot_1_0.models.OrgGroupSendRequest;
import com.aliyun.tea.TeaException;
import com.aliyun.tea.TeaUnretryableException;
import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teautil.models.RuntimeOptions;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DingTalk's own OpenAPI client as the witness: what it makes of the simulator's answers (docs/protocol.md 9.1, A.4). */
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
        simulator.faults().on(ApiFamily.ROBOT).noPermission();

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
        simulator.faults().on(ApiFamily.ROBOT).throttle();

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
        simulator.faults().on(ApiFamily.ROBOT).untilCleared().dropBefore();

        assertThat(catchThrowableOfType(TeaUnretryableException.class, () -> send(token, hello()))).isNotNull();
        assertThat(simulator.deliveries()).isEmpty();
    }

    @Test
    void recallsWhatItSentToPeople() throws Exception {
        String token = token();
        String key = send(token, hello()).getProcessQueryKey();
        BatchRecallOTOHeaders headers = new BatchRecallOTOHeaders();
        headers.setXAcsDingtalkAccessToken(token);

        BatchRecallOTOResponseBody recalled = robots.batchRecallOTOWithOptions(
                new BatchRecallOTORequest().setRobotCode(KEY).setProcessQueryKeys(List.of(key, "pqkUnknown==")), headers,
                new RuntimeOptions()).getBody();

        assertThat(recalled.getSuccessResult()).containsExactly(key);
        assertThat(recalled.getFailedResult()).containsOnlyKeys("pqkUnknown==");
        assertThat(simulator.isRecalled(key)).isTrue();
    }

    @Test
    void recallsInGroupsByTheGroupsCallOnly() throws Exception {
        String token = token();
        String key = sendToGroup(token, "cidFAKEgroup0001==");
        BatchRecallOTOHeaders people = new BatchRecallOTOHeaders();
        people.setXAcsDingtalkAccessToken(token);
        assertThat(robots.batchRecallOTOWithOptions(new BatchRecallOTORequest().setRobotCode(KEY).setProcessQueryKeys(List.of(key)), people,
                new RuntimeOptions())
                .getBody().getFailedResult()).containsOnlyKeys(key);
        OrgGroupRecallHeaders headers = new OrgGroupRecallHeaders();
        headers.setXAcsDingtalkAccessToken(token);

        assertThat(robots.orgGroupRecallWithOptions(new OrgGroupRecallRequest().setRobotCode(KEY)
                .setOpenConversationId("cidFAKEgroup0001==")
                .setProcessQueryKeys(List.of(key)), headers, new RuntimeOptions()).getBody().getSuccessResult()).containsExactly(key);
    }

    @Test
    void makesUpdatesAndStreamsCards() throws Exception {
        String token = token();
        com.aliyun.dingtalkcard_1_0.Client cards = new com.aliyun.dingtalkcard_1_0.Client(config());
        CreateAndDeliverHeaders headers = new CreateAndDeliverHeaders();
        headers.setXAcsDingtalkAccessToken(token);
        CreateAndDeliverRequest request = new CreateAndDeliverRequest().setCardTemplateId("t.schema").setOutTrackId("ot-1")
                .setCallbackType("STREAM")
                .setCardData(new CreateAndDeliverRequest.CreateAndDeliverRequestCardData()
                        .setCardParamMap(Map.of("title", "T", "content", "")))
                .setOpenSpaceId("dtv1.card//IM_GROUP.cidFAKEgroup0001==;IM_GROUP.cidNone==")
                .setImGroupOpenDeliverModel(new CreateAndDeliverRequest.CreateAndDeliverRequestImGroupOpenDeliverModel().setRobotCode(KEY));

        var delivered = cards.createAndDeliverWithOptions(request, headers, new RuntimeOptions()).getBody().getResult();
        assertThat(delivered.getOutTrackId()).isEqualTo("ot-1");
        assertThat(delivered.getDeliverResults()).extracting(each -> each.getSuccess()).containsExactly(true, false);
        assertThat(errorOf(() -> cards.createAndDeliverWithOptions(request, headers, new RuntimeOptions())).getCode())
                .isEqualTo("param.cardAlreadyExist");

        UpdateCardHeaders update = new UpdateCardHeaders();
        update.setXAcsDingtalkAccessToken(token);
        UpdateCardRequest changes = new UpdateCardRequest().setOutTrackId("ot-1")
                .setCardData(new UpdateCardRequest.UpdateCardRequestCardData().setCardParamMap(Map.of("status", "1")));
        cards.updateCardWithOptions(changes.setCardUpdateOptions(new UpdateCardRequest.UpdateCardRequestCardUpdateOptions()
                .setUpdateCardDataByKey(true)), update,
                new RuntimeOptions());
        assertThat(simulator.card("ot-1").params()).containsEntry("title", "T").containsEntry("status", "1");

        StreamingUpdateHeaders streaming = new StreamingUpdateHeaders();
        streaming.setXAcsDingtalkAccessToken(token);
        for (String text : List.of("Hello", "Hello world")) {
            cards.streamingUpdateWithOptions(new StreamingUpdateRequest().setOutTrackId("ot-1").setGuid(text).setKey("content")
                    .setContent(text).setIsFull(true)
                    .setIsFinalize(text.endsWith("world")), streaming, new RuntimeOptions());
        }
        assertThat(simulator.card("ot-1")).satisfies(card -> {
            assertThat(card.params()).containsEntry("content", "Hello world");
            assertThat(card.finished()).isTrue();
        });

        cards.updateCardWithOptions(changes.setCardUpdateOptions(null), update, new RuntimeOptions());
        assertThat(simulator.card("ot-1").params()).as("an update replaces all unless it says otherwise").isEqualTo(Map.of("status", "1"));
        assertThat(errorOf(() -> cards.updateCardWithOptions(changes.setOutTrackId("none"), update, new RuntimeOptions())).getCode())
                .isEqualTo("param.cardNotExist");
    }
}
