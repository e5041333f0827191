package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;

import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

import io.github.dingtalkcamel.component.api.ResponseClassifier.Loss;
import io.github.dingtalkcamel.component.secrets.Secret;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers mean: bodies and statuses of docs/protocol.md 1.4, 6.1, 6.2, 6.3.5 and 7.1. */
class ResponseClassifierTest {

    private static final ApiRequest API = new ApiRequest("/v1.0/robot/oToMessages/batchSend", "main", URI.create("http://host/x"),
            Secret.of("tok3n"), Map.of());
    private static final ApiRequest SESSION = new ApiRequest(ApiRequest.SESSION_WEBHOOK, "main",
            URI.create("http://host/robot/sendBySession?session=s3cret"), Secret.UNSET, Map.of());

    private static final Map<String, Class<? extends DingTalkException>> TYPES = Map.of("token", InvalidTokenException.class,
            "throttled", ThrottledException.class, "unavailable", UnavailableException.class, "unknown", OutcomeUnknownException.class,
            "expired", SessionExpiredException.class, "rejected", RejectedException.class);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # api.dingtalk.com, docs/protocol.md 1.4
            400 | {"code":"InvalidAuthentication","requestid":"7C0A","message":"不合法的access_token"}                      | token       | InvalidAuthentication
            400 | {"code":"accesstoken.expired","message":"x"}                                                               | token       | accesstoken.expired
            401 | {"Code":"InvalidAuthentication","Message":"x","RequestId":"y"}                                             | token       | InvalidAuthentication
            400 | {"code":"AuthenticationFailed.MissingParameter","message":"x"}                                             | rejected    | AuthenticationFailed.MissingParameter
            403 | {"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"x"}                                | rejected    | Forbidden.AccessDenied.AccessTokenPermissionDenied
            403 | {"code":"Forbidden.AccessDenied.IpNotInWhiteList","message":"x"}                                           | rejected    | Forbidden.AccessDenied.IpNotInWhiteList
            400 | {"code":"MissinguserIds","message":"userIds is mandatory for this action."}                                | rejected    | MissinguserIds
            404 | {"code":"InvalidAction.NotFound","message":"x"}                                                            | rejected    | InvalidAction.NotFound
            200 | {"errcode":404,"errmsg":"请求的URI地址不存在"}                                                                  | rejected    | 404
            # oapi, docs/protocol.md 1.4
            200 | {"errcode":88,"sub_code":"40014","sub_msg":"不合法的access_token","errmsg":"ding talk error"}                 | token       | 40014
            200 | {"errcode":88,"sub_code":"40000","sub_msg":"access_token is blank","errmsg":"x"}                            | token       | 40000
            200 | {"errcode":40014,"errmsg":"不合法的access_token"}                                                             | token       | 40014
            200 | {"errcode":40001,"errmsg":"x"}                                                                             | token       | 40001
            200 | {"errcode":42001,"errmsg":"access_token超时"}                                                                | token       | 42001
            200 | {"errcode":88,"sub_code":"60011","sub_msg":"x"}                                                            | rejected    | 60011
            200 | {"errcode":88,"sub_code":"60020","sub_msg":"x"}                                                            | rejected    | 60020
            200 | {"errcode":22,"sub_msg":"x","errmsg":"Invalid method"}                                                     | rejected    | 22
            200 | {"errcode":88,"errmsg":"no sub code"}                                                                      | rejected    | 88
            # webhooks, docs/protocol.md 6.1 and 6.2
            200 | {"errcode":-1,"errmsg":"系统繁忙"}                                                                          | unavailable | -1
            200 | {"errcode":300005,"errmsg":"token is not exist"}                                                           | rejected    | 300005
            200 | {"errcode":310000,"errmsg":"x"}                                                                            | rejected    | 310000
            200 | {"errcode":"310000","errmsg":"as a string"}                                                                | rejected    | 310000
            200 | {"errcode":660026,"errmsg":"x"}                                                                            | throttled   | 660026
            200 | {"errcode":130101,"errmsg":"x"}                                                                            | throttled   | 130101
            200 | {"errcode":410100,"errmsg":"x"}                                                                            | throttled   | 410100
            200 | {"errcode":430102,"errmsg":"x"}                                                                            | rejected    | 430102
            200 | {"errcode":460101,"errmsg":"x"}                                                                            | rejected    | 460101
            # robot API, docs/protocol.md 6.3.5
            400 | {"code":"invalidParameter.robotCode.notExsit","message":"x"}                                               | rejected    | invalidParameter.robotCode.notExsit
            400 | {"code":"invalid.openConversationId","message":"x"}                                                        | rejected    | invalid.openConversationId
            400 | {"code":"send.too.fast","message":"x"}                                                                     | throttled   | send.too.fast
            400 | {"code":"too.many.people","message":"x"}                                                                   | throttled   | too.many.people
            400 | {"code":"unknown.send.result","message":"x"}                                                               | unknown     | unknown.send.result
            500 | {"code":"system.error","message":"x"}                                                                      | unavailable | system.error
            500 | {"code":"send.ding.exception","message":"x"}                                                               | unavailable | send.ding.exception
            503 | {"code":"ServiceUnavailable","message":"x"}                                                                | unavailable | ServiceUnavailable
            500 | {"code":"other","message":"x"}                                                                             | unavailable | other
            499 | {"code":"other","message":"x"}                                                                             | rejected    | other
            300 | {"processQueryKey":"pqk"}                                                                                  | rejected    | http300
            # throttling, docs/protocol.md 7.1
            403 | {"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"x"}                                    | throttled   | Forbidden.AccessDenied.QpsLimitForAppkeyAndApi
            403 | {"code":"Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi","message":"x"}                            | throttled   | Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi
            403 | {"code":"Forbidden.AccessDenied.QpsLimitForApi","message":"x"}                                             | throttled   | Forbidden.AccessDenied.QpsLimitForApi
            403 | {"code":"Forbidden.AccessDenied.ApiCountLimitForOrg","message":"x"}                                        | throttled   | Forbidden.AccessDenied.ApiCountLimitForOrg
            200 | {"errcode":88,"sub_code":"90018","sub_msg":"x"}                                                            | throttled   | 90018
            200 | {"errcode":88,"sub_code":"90002","sub_msg":"x"}                                                            | throttled   | 90002
            200 | {"errcode":90018,"errmsg":"x"}                                                                             | throttled   | 90018
            400 | {"code":"qps.exceed.limit","message":"x"}                                                                  | throttled   | qps.exceed.limit
            429 | {"code":"whatever","message":"x"}                                                                          | throttled   | whatever
            200 | {"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}                                          | throttled   | blocked
            # what is no answer of DingTalk's
            502 | ''                                                                                                         | unavailable | http502
            500 | <html>oops</html>                                                                                          | unavailable | http500
            429 | <html>slow down</html>                                                                                     | throttled   | http429
            403 | <html>proxy says no</html>                                                                                 | throttled   | http403
            300 | <html>moved</html>                                                                                         | rejected    | http300
            299 | <html>please log in</html>                                                                                 | throttled   | http299
            300 | ''                                                                                                         | rejected    | http300
            299 | ''                                                                                                         | unknown     | unreadable
            499 | ''                                                                                                         | rejected    | http499
            500 | ''                                                                                                         | unavailable | http500
            302 | ''                                                                                                         | rejected    | http302
            200 | <html>please log in</html>                                                                                 | throttled   | http200
            200 | ''                                                                                                         | unknown     | unreadable
            200 | surprise                                                                                                   | unknown     | unreadable
            200 | []                                                                                                         | unknown     | unreadable
            200 | null                                                                                                       | unknown     | unreadable
            200 | {"errcode":                                                                                                | unknown     | unreadable
            200 | {}                                                                                                         | unknown     | outcomeUnknown
            200 | {"ok":true}                                                                                                | unknown     | outcomeUnknown
            200 | {"errcode":{},"code":[]}                                                                                   | unknown     | outcomeUnknown
            400 | {}                                                                                                         | rejected    | http400
            """)
    void tellsWhatMayBeDoneAboutAnAnswer(int status, String body, String type, String code) {
        assertThatThrownBy(() -> ResponseClassifier.of(API, status, bytes(body))).isExactlyInstanceOf(TYPES.get(type))
                .satisfies(e -> assertThat(((DingTalkException) e).code()).isEqualTo(code))
                .satisfies(e -> assertThat(((DingTalkException) e).remedy()).isNotBlank());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"errcode":0,"processQueryKey":"pqk"}
            {"errcode":"0","processQueryKey":"pqk"}
            {"processQueryKey":"pqk"}
            {"flowControlledStaffIdList":[],"invalidStaffIdList":["staff002"],"processQueryKey":"pqk"}
            """)
    void takesASuccessForOne(String body) throws Exception {
        assertThat(ResponseClassifier.of(API, 200, bytes(body)).toString()).isEqualTo(body);
    }

    @Test
    void knowsAnExpiredSessionOnlyOnSessionWebhooks() {
        String body = "{\"errcode\":300001,\"errmsg\":\"session 不存在\"}";

        assertThatThrownBy(() -> ResponseClassifier.of(SESSION, 200, bytes(body))).isExactlyInstanceOf(SessionExpiredException.class);
        assertThatThrownBy(() -> ResponseClassifier.of(API, 200, bytes(body))).isExactlyInstanceOf(RejectedException.class);
    }

    @Test
    void namesTheMissingPermission() {
        String body = """
                {"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"x","accessdenieddetail":{"requiredScopes":["qyapi_robot_sendmsg"]}}""";

        assertThatThrownBy(() -> ResponseClassifier.of(API, 403, bytes(body)))
                .satisfies(e -> assertThat(((DingTalkException) e).remedy()).contains("qyapi_robot_sendmsg"));
    }

    @Test
    void keepsWhatItSaysShort() {
        String huge = "x".repeat(500_000);
        DingTalkException said = (DingTalkException) catchThrowable(
                () -> ResponseClassifier.of(API, 400, bytes("{\"code\":\"" + huge + "\",\"message\":\"" + huge + "\"}")));

        assertThat(said.code()).as("fits a column of the store").hasSizeLessThanOrEqualTo(256);
        assertThat(said.getMessage()).hasSizeLessThan(1_000);
        assertThat(said.remedy()).hasSizeLessThan(1_000);
        String scopes = "{\"code\":\"60011\",\"accessdenieddetail\":{\"requiredScopes\":[\"" + huge + "\"]}}";
        assertThat(((DingTalkException) catchThrowable(() -> ResponseClassifier.of(API, 403, bytes(scopes)))).remedy())
                .hasSizeLessThan(1_000);
    }

    @Test
    void refusesAnswersThatAreNestedWithoutEnd() {
        String deep = "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000);

        assertThatThrownBy(() -> ResponseClassifier.of(API, 200, bytes(deep))).isInstanceOf(OutcomeUnknownException.class);
    }

    /** Every input yields a classification, never another exception. */
    @Property(tries = 500)
    void judgesAnyBytes(@ForAll long seed, @ForAll @IntRange(min = 100, max = 599) int status) {
        Random random = new Random(seed);
        byte[] body = new byte[random.nextInt(60)];
        random.nextBytes(body);
        if (body.length > 0 && random.nextBoolean()) {
            body[0] = '{';
        }
        Throwable thrown = catchThrowable(() -> ResponseClassifier.of(API, status, body));

        assertThat(thrown == null || thrown instanceof DingTalkException).isTrue();
    }

    @Test
    void triesAgainOnlyWhereNothingWasDoneOrTheRepeatIsSafe() {
        assertThat(lost(new ConnectException("refused"), false)).isInstanceOf(UnavailableException.class);
        assertThat(lost(new UnknownHostException("host"), false)).isInstanceOf(UnavailableException.class);
        assertThat(lost(new HttpConnectTimeoutException("slow"), false)).isInstanceOf(UnavailableException.class);
        assertThat(lost(new IOException("HTTP/1.1 header parser received no bytes"), false)).isInstanceOf(UnavailableException.class);
        assertThat(lost(new SocketException("Connection reset"), false)).isInstanceOf(UnavailableException.class);
        assertThat(lost(new SocketException("Connection reset"), true)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(lost(new SocketTimeoutException("Read timed out"), false)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(lost(new HttpTimeoutException("no complete answer within 15000 ms"), true)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(lost(new EOFException("in the middle of the answer"), true)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(lost(new BoundedAnswer.TooLargeException("the answer is larger than 1 bytes"), true))
                .isInstanceOf(OutcomeUnknownException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            InvalidAuthentication                              | Check dingtalk.app-key and dingtalk.app-secret against
            60011                                              | Grant the app the permission that the message names in DingTalk's console
            Forbidden.AccessDenied.AccessTokenPermissionDenied | Grant the app the permission that the message names in DingTalk's console
            60020                                              | IP white list
            Forbidden.AccessDenied.IpNotInWhiteList            | IP white list
            invalidClientIdOrSecret                            | Check dingtalk.app-key and dingtalk.app-secret against
            40096                                              | Check dingtalk.app-key and dingtalk.app-secret against
            40089                                              | Check dingtalk.app-key and dingtalk.app-secret against
            invalidParameter.robotCode.empty                   | Check dingtalk.robot-code, and publish a version
            robot.oto.notExist                                 | Check dingtalk.robot-code, and publish a version
            invalid.openConversationId                         | the group still exists and the robot is in it
            group.disbanded                                    | the group still exists and the robot is in it
            bot.stopped                                        | the group still exists and the robot is in it
            resource.unavailable                               | the group still exists and the robot is in it
            60121                                              | Check the user id or mobile number
            33012                                              | Check the user id or mobile number
            staffId.notExisted                                 | Check the user id or mobile number
            50002                                              | Add the person's department to what the app may see
            msgParam.tooLong                                   | Send less, or lower dingtalk.max-message-length
            460101                                             | Send less, or lower dingtalk.max-message-length
            contain.sensitive.words                            | content check refused the text
            430104                                             | content check refused the text
            4302                                               | Look up the code in DingTalk's error table
            """)
    void saysWhatToDoAboutARefusal(String code, String remedy) {
        assertThatThrownBy(() -> ResponseClassifier.of(API, 400, bytes("{\"code\":\"" + code + "\"}")))
                // there is nothing to replay for the caller of a tool or of the component
                .satisfies(e -> assertThat(((DingTalkException) e).remedy()).contains(remedy).doesNotContainIgnoringCase("replay"));
    }

    @Test
    void saysWhatToDoAboutARefusalByACustomRobotWhichHasRulesOfItsOwn() {
        ApiRequest robot = new ApiRequest(ApiRequest.CUSTOM_ROBOT, "main", URI.create("http://host/robot/send"), Secret.UNSET, Map.of());
        String keywords = "{\"errcode\":310000,\"errmsg\":\"keywords not in content\"}";

        assertThat(((DingTalkException) catchThrowable(() -> ResponseClassifier.of(robot, 200, bytes(keywords)))).remedy())
                .contains("none of the robot's keywords");
        assertThat(((DingTalkException) catchThrowable(() -> ResponseClassifier.of(API, 200, bytes(keywords)))).remedy())
                .contains("error table");
        assertThat(((DingTalkException) catchThrowable(() -> ResponseClassifier.of(robot, 200, bytes("{\"errcode\":60020}")))).remedy())
                .as("a code that is the same everywhere").contains("IP white list");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"code":"x","message":"why"}                                     | HTTP 400 x why
            {"Code":"x","Message":"why"}                                     | HTTP 400 x why
            {"errcode":88,"sub_code":"x","sub_msg":"why","errmsg":"nothing"} | HTTP 400 x why
            {"errcode":7,"errmsg":"why"}                                     | HTTP 400 7 why
            {"punish":"deny"}                                                | HTTP 400 this machine's address is blocked for some minutes
            surprise                                                         | HTTP 400 that is not DingTalk's answer
            """)
    void saysWhichCallWasRefusedAndDingTalksReason(String body, String message) {
        assertThatThrownBy(() -> ResponseClassifier.of(API, 400, bytes(body))).hasMessage(API.name() + ": " + message);
    }

    @Test
    void tellsKindsOfLossesApart() {
        assertThat(ResponseClassifier.lossOf(new ConnectException())).isEqualTo(Loss.UNREACHABLE);
        assertThat(ResponseClassifier.lossOf(new HttpConnectTimeoutException("x"))).as("before anything was sent")
                .isEqualTo(Loss.UNREACHABLE);
        assertThat(ResponseClassifier.lossOf(new UnknownHostException())).isEqualTo(Loss.UNREACHABLE);
        assertThat(ResponseClassifier.lossOf(new NoRouteToHostException())).isEqualTo(Loss.UNREACHABLE);
        assertThat(ResponseClassifier.lossOf(new SSLHandshakeException("x"))).isEqualTo(Loss.TLS);
        assertThat(ResponseClassifier.lossOf(new SSLPeerUnverifiedException("x"))).isEqualTo(Loss.TLS);
        assertThat(ResponseClassifier.lossOf(new SocketTimeoutException())).isEqualTo(Loss.TIMEOUT);
        assertThat(ResponseClassifier.lossOf(new HttpTimeoutException("x"))).isEqualTo(Loss.TIMEOUT);
        assertThat(ResponseClassifier.lossOf(new SocketException())).isEqualTo(Loss.BEFORE_ANSWER);
        assertThat(ResponseClassifier.lossOf(new EOFException())).as("may have happened within the answer").isEqualTo(Loss.IN_ANSWER);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UNREACHABLE   | unreachable    | NOT_DONE | Check the network and option apiBaseUrl / option oapiBaseUrl; a later try can succeed
            TLS           | tls            | NOT_DONE | Check the certificates and proxies on the way; a later try can succeed
            BEFORE_ANSWER | connectionLost | UNKNOWN  | A later try can succeed
            """)
    void aCallThatGotNoAnswerMayBeTriedAgain(Loss loss, String code, DingTalkException.Outcome outcome, String remedy) {
        IOException cause = new IOException("http://host/secret");
        DingTalkException lost = ResponseClassifier.lost(API, loss, cause, OptionNames.OF_URI);

        assertThat(lost).isExactlyInstanceOf(UnavailableException.class).hasMessage(API.name() + ": IOException").hasCause(cause);
        assertThat(lost.code()).isEqualTo(code);
        assertThat(lost.remedy()).isEqualTo(remedy);
        assertThat(lost.outcome()).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({"TIMEOUT,timeout", "IN_ANSWER,lost"})
    void aCallWhoseOutcomeIsUnknownMayBeTriedAgainOnlyWhereARepeatIsSafe(Loss loss, String code) {
        IOException cause = new IOException("x");
        ApiRequest repeatable = new ApiRequest(ApiRequest.ACCESS_TOKEN, "main", URI.create("http://host/x"), Secret.UNSET, Map.of());
        DingTalkException again = ResponseClassifier.lost(repeatable, loss, cause, OptionNames.OF_URI);
        DingTalkException never = ResponseClassifier.lost(API, loss, cause, OptionNames.OF_URI);

        assertThat(again).isExactlyInstanceOf(UnavailableException.class).hasCause(cause);
        assertThat(again.outcome()).isEqualTo(DingTalkException.Outcome.UNKNOWN);
        assertThat(again.remedy()).isEqualTo("A later try can succeed");
        assertThat(never).isExactlyInstanceOf(OutcomeUnknownException.class);
        assertThat(never.remedy()).isEqualTo(OutcomeUnknownException.ASK);
        assertThat(List.of(again.code(), never.code())).containsOnly(code);
    }

    @Test
    void keepsAddressesAndTokensOutOfWhatItSays() {
        DingTalkException lost = lost(new ConnectException("http://host/robot/sendBySession?session=s3cret refused"), false);

        assertThat(lost.getMessage()).doesNotContain("s3cret").contains("session webhook");
        assertThatThrownBy(() -> ResponseClassifier.of(SESSION, 200, bytes("{\"errcode\":1,\"errmsg\":\"x\"}")))
                .hasMessageNotContaining("s3cret");
        assertThatThrownBy(() -> ResponseClassifier.of(API, 400, bytes("{\"code\":\"x\"}"))).hasMessageNotContaining("tok3n");
    }

    private static DingTalkException lost(IOException cause, boolean answerBegan) {
        return Failures.lost(SESSION, cause, answerBegan, OptionNames.OF_URI);
    }

    private static byte[] bytes(String body) {
        return (body == null ? "" : body).getBytes(StandardCharsets.UTF_8);
    }
}
