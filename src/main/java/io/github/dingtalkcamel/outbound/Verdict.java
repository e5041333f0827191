package io.github.dingtalkcamel.outbound;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.dingtalkcamel.secrets.KnownSecrets;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.NoHttpResponseException;

/**
 * What an answer of DingTalk means. The body decides, not the status: errors come as 200 with an {@code errcode}, throttling as 403, an expired token as
 * 400 (protocol 1.4, 6.2, 6.3.5, 7.1). Codes decide, never texts.
 */
final class Verdict {

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).build()).build()).build();

    private static final int SHOWN = 300;
    private static final int CODE_SHOWN = 200;

    private static final String WAIT = "Nothing to do: it is tried again";
    private static final String REPEATED = "It is tried again; if this lasts, check dingtalk.api-base-url, dingtalk.oapi-base-url and proxies on the way:"
                                           + " something else may answer in DingTalk's place";
    private static final String LOWER_THE_RATE = "It is tried again; if this lasts, send less, or raise the app's quota in DingTalk's console";
    private static final String CHECK_CREDENTIALS = "Check dingtalk.app-key and dingtalk.app-secret against the app's page in DingTalk's console";

    /** {@code sub_code} and bare {@code errcode} of a token that is not valid, on oapi. */
    private static final Set<String> INVALID_TOKEN = Set.of("40000", "40001", "40014", "42001", "41001");
    private static final Set<String> THROTTLED = Set.of("90002", "90013", "90014", "90018", "90020", "660026", "130101", "410100",
            "send.too.fast", "send.byToken.tooFast", "too.many.group", "too.many.people", "qps.exceed.limit", "request.overlimit");
    private static final Set<String> BUSY = Set.of("-1", "system.error", "system.busy", "send.ding.exception");

    private Verdict() {
    }

    /**
     * @param  request what was asked
     * @param  status  the HTTP status
     * @param  body    the body as it came, already bounded
     * @return         the answer's JSON when DingTalk did what it was asked
     */
    static JsonNode of(ApiRequest request, int status, byte[] body) throws DingTalkException {
        JsonNode answer = parse(body);
        if (answer == null || !answer.isObject()) {
            throw unreadable(request, status, body);
        }
        if (answer.path("punish").isTextual()) {
            throw new ThrottledException(ThrottledException.BLOCKED, said(request, status, "this machine's address is blocked for some minutes"), LOWER_THE_RATE, null);
        }
        String code = code(answer);
        if (status < 300 && (code == null || "0".equals(code))) {
            String missing = Confirmation.missing(request, answer);
            if (missing != null) {
                throw unknown(request, request.isRepeatable() ? "unconfirmed" : "outcomeUnknown",
                        said(request, status, "outcome unknown: the answer lacks " + missing + ", which would confirm it"), null);
            }
            return answer;
        }
        throw refusal(request, status, code == null ? "http" + status : KnownSecrets.clean(code, CODE_SHOWN), answer);
    }

    /** {@code errcode}, or the {@code sub_code} behind the collective 88; {@code code} on the newer API; null where there is neither. */
    private static String code(JsonNode answer) {
        JsonNode errcode = answer.get("errcode");
        if (errcode != null && (errcode.isNumber() || errcode.isTextual() && !errcode.textValue().isBlank())) {
            if (Confirmation.isZero(errcode)) {
                return "0";
            }
            String sub = answer.path("sub_code").asText("");
            return "88".equals(errcode.asText()) && !sub.isEmpty() ? sub : errcode.asText();
        }
        JsonNode code = answer.has("code") ? answer.get("code") : answer.get("Code");
        return code == null || !(code.isNumber() || code.isTextual() && !code.textValue().isBlank()) ? null : code.asText();
    }

    private static DingTalkException refusal(ApiRequest request, int status, String code, JsonNode answer) {
        String message = said(request, status, code + " " + text(answer));
        if (code.equals("InvalidAuthentication") || code.equals("accesstoken.expired") || INVALID_TOKEN.contains(code)) {
            return new InvalidTokenException(code, message, CHECK_CREDENTIALS, null);
        }
        if (isThrottling(status, code)) {
            return new ThrottledException(code, message, LOWER_THE_RATE, null);
        }
        if (BUSY.contains(code) || status >= 500) {
            return new UnavailableException(code, message, WAIT, null);
        }
        if (code.equals("unknown.send.result")) {
            return unknown(request, code, message, null);
        }
        if (code.equals("300001") && request.isSessionWebhook()) {
            return new SessionExpiredException(code, message, "Replies go by the robot API now; answer sooner to use the session webhook", null);
        }
        String remedy = request.isCustomRobot() ? CustomRobotRemedy.of(code, text(answer)) : null;
        return new RejectedException(code, message, remedy == null ? remedy(code, answer) : remedy, null);
    }

    private static boolean isThrottling(int status, String code) {
        String access = "Forbidden.AccessDenied.";
        if (code.startsWith(access)) {
            String kind = code.substring(access.length());
            return kind.startsWith("Qps") || kind.startsWith("Qpm") || kind.startsWith("ApiCount");
        }
        return status == 429 || THROTTLED.contains(code);
    }

    private static String remedy(String code, JsonNode answer) {
        if (code.endsWith("AccessTokenPermissionDenied") || code.equals("60011")) {
            JsonNode scopes = answer.path("accessdenieddetail").path("requiredScopes");
            return "Grant the app the permission" + (scopes.isEmpty() ? " that the message names" : " " + KnownSecrets.clean(scopes.toString(), SHOWN))
                   + " in DingTalk's console (permissions), publish it, then replay";
        }
        if (code.endsWith("IpNotInWhiteList") || code.equals("60020")) {
            return "Add this machine's public address to the app's IP white list in DingTalk's console";
        }
        if (code.equals("invalidClientIdOrSecret") || code.equals("40096") || code.equals("40089")) {
            return CHECK_CREDENTIALS;
        }
        if (code.startsWith("invalidParameter.robotCode") || code.equals("robot.oto.notExist")) {
            return "Check dingtalk.robot-code, and publish a version of the app: a new robot exists only then";
        }
        if (code.contains("openConversationId") || code.equals("group.disbanded") || code.equals("bot.stopped") || code.equals("resource.unavailable")) {
            return "Check that the group still exists and the robot is in it";
        }
        if (code.endsWith("tooLong") || code.equals("460101")) {
            return "Lower dingtalk.max-message-length";
        }
        if (code.startsWith("contain.") || code.startsWith("4301")) {
            return "DingTalk's content check refused the text: change what it names";
        }
        return "Look up the code in DingTalk's error table; replay when the cause is gone";
    }

    private static DingTalkException unreadable(ApiRequest request, int status, byte[] body) {
        if (status >= 500) {
            return new UnavailableException("http" + status, said(request, status, "no readable body"), WAIT, null);
        }
        if (status == 429) {
            return new ThrottledException("http429", said(request, status, "too many requests"), LOWER_THE_RATE, null);
        }
        if (looksLikePage(body) && (status < 300 || status == 403)) {
            // what stands before the gateway answers a blocked address with a page (protocol 7.1); so does a proxy with a login
            return new ThrottledException("http" + status, said(request, status, "a page in place of an answer"),
                    "It is tried again; if this lasts, DingTalk blocks this machine's address, or dingtalk.api-base-url,"
                            + " dingtalk.oapi-base-url or a proxy on the way is wrong", null);
        }
        if (status >= 300) {
            return new RejectedException("http" + status, said(request, status, "that is not DingTalk's answer"),
                    "Check dingtalk.api-base-url, dingtalk.oapi-base-url, and proxies on the way", null);
        }
        return unknown(request, "unreadable", said(request, status, "an answer that is not JSON"), null);
    }

    private static boolean looksLikePage(byte[] body) {
        return body.length > 0 && body[0] == '<';
    }

    /** What it means that there was no answer at all. */
    static DingTalkException lost(ApiRequest request, IOException cause) {
        String why = request.name() + ": " + plain(cause);
        if (cause instanceof ConnectTimeoutException || cause instanceof ConnectException || cause instanceof UnknownHostException
                || cause instanceof NoRouteToHostException || cause instanceof ConnectionRequestTimeoutException) {
            return new UnavailableException("unreachable", why, "Check the network and dingtalk.api-base-url / dingtalk.oapi-base-url; it is tried again",
                    cause);
        }
        if (cause instanceof SSLHandshakeException || cause instanceof SSLPeerUnverifiedException) {
            return new UnavailableException("tls", why, "Check the certificates and proxies on the way; it is tried again", cause);
        }
        if (cause instanceof SocketTimeoutException || cause instanceof GuardedCalls.DeadlineExceededException) {
            return unknown(request, "timeout", why, cause);
        }
        if (cause instanceof NoHttpResponseException || cause instanceof SocketException) {
            return new UnavailableException(UnavailableException.CONNECTION_LOST, why, WAIT, cause);
        }
        return unknown(request, "lost", why, cause);
    }

    private static DingTalkException unknown(ApiRequest request, String code, String why, IOException cause) {
        return request.isRepeatable() ? new UnavailableException(code, why, cause == null ? REPEATED : WAIT, cause)
                : new OutcomeUnknownException(code, why, request.remedyIfUnknown(), cause);
    }

    /** What kind of loss, without its message, which may hold the address of a session webhook. */
    private static String plain(IOException cause) {
        return cause.getClass().getSimpleName();
    }

    private static JsonNode parse(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return null;
        }
    }

    private static String text(JsonNode answer) {
        String sub = answer.path("sub_msg").asText("");
        String text = !sub.isEmpty() ? sub : answer.path("errmsg").asText(answer.path("message").asText(answer.path("Message").asText("")));
        return KnownSecrets.clean(text, SHOWN);
    }

    private static String said(ApiRequest request, int status, String what) {
        return request.name() + ": HTTP " + status + " " + what;
    }
}
