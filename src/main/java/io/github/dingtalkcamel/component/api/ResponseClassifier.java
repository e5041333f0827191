package io.github.dingtalkcamel.component.api;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.util.Set;

import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;

/**
 * What an answer of DingTalk means. The body decides, not the status: errors come as 200 with an {@code errcode}, throttling as 403, an
 * expired token as 400 (docs/protocol.md 1.4, 6.2, 6.3.5, 7.1). Codes decide, never texts.
 */
public final class ResponseClassifier {

    /** How much of a call was done when it was lost. */
    public enum Loss {
        /** No connection: nothing was sent. */
        UNREACHABLE,
        /** No secure connection: nothing was sent. */
        TLS,
        /** No complete answer in time. */
        TIMEOUT,
        /** The connection ended before an answer began. */
        BEFORE_ANSWER,
        /** The answer began, and is not complete or too large. */
        IN_ANSWER
    }

    /** Names of this application's own settings. */
    public static final OptionNames SETTINGS = OptionNames.settings("dingtalk.");

    private static final int SHOWN = 300;
    private static final int CODE_SHOWN = 200;

    private static final String WAIT = "A later try can succeed";
    private static final String LOWER_THE_RATE = "A later try can succeed; if this lasts, send less, or raise the app's quota in"
            + " DingTalk's console";

    /** {@code sub_code} and bare {@code errcode} of a token that is not valid, on oapi. */
    private static final Set<String> INVALID_TOKEN = Set.of("40000", "40001", "40014", "42001", "41001");
    private static final Set<String> THROTTLED = Set.of("90002", "90013", "90014", "90018", "90020", "660026", "130101", "410100",
            "send.too.fast", "send.byToken.tooFast", "too.many.group", "too.many.people", "qps.exceed.limit", "request.overlimit");
    private static final Set<String> UNKNOWN_PERSON = Set.of("60121", "33012", "40104", "staffId.notExisted");
    private static final Set<String> BUSY = Set.of("-1", "system.error", "system.busy", "send.ding.exception");

    private ResponseClassifier() {
    }

    /**
     * @param  request what was asked
     * @param  status  the HTTP status
     * @param  body    the body as it came, already bounded
     * @return         the answer's JSON when DingTalk did what it was asked
     */
    public static JsonNode of(ApiRequest request, int status, byte[] body) throws DingTalkException {
        return of(request, status, body, SETTINGS);
    }

    /** The same, with remedies that name options as their reader knows them. */
    public static JsonNode of(ApiRequest request, int status, byte[] body, OptionNames names) throws DingTalkException {
        JsonNode answer = parse(body);
        if (answer == null || !answer.isObject()) {
            throw unreadable(request, status, body, names);
        }
        if (answer.path("punish").isTextual()) {
            throw new ThrottledException(ThrottledException.BLOCKED,
                    said(request, status, "this machine's address is blocked for some minutes"), LOWER_THE_RATE, null);
        }
        String code = code(answer);
        if (status < 300 && (code == null || "0".equals(code))) {
            String missing = Confirmation.missing(request, answer);
            if (missing != null) {
                throw unknown(request, names, request.isRepeatable() ? "unconfirmed" : "outcomeUnknown",
                        said(request, status, "outcome unknown: the answer lacks " + missing + ", which would confirm it"), null);
            }
            return answer;
        }
        throw refusal(request, status, code == null ? "http" + status : KnownSecrets.clean(code, CODE_SHOWN), answer, names);
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

    private static DingTalkException refusal(ApiRequest request, int status, String code, JsonNode answer, OptionNames names) {
        String message = said(request, status, code + " " + text(answer));
        if (code.equals("InvalidAuthentication") || code.equals("accesstoken.expired") || INVALID_TOKEN.contains(code)) {
            return new InvalidTokenException(code, message, checkCredentials(names), null);
        }
        if (isThrottling(status, code)) {
            return new ThrottledException(code, message, LOWER_THE_RATE, null);
        }
        if (BUSY.contains(code) || status >= 500) {
            return new UnavailableException(code, message, WAIT, null);
        }
        if (code.equals("unknown.send.result")) {
            return unknown(request, names, code, message, null);
        }
        if (code.equals("300001") && request.isSessionWebhook()) {
            return new SessionExpiredException(code, message, "Replies go by the robot API now; answer sooner to use the session webhook",
                    null);
        }
        String remedy = request.isCustomRobot() ? CustomRobotRemedy.of(code, text(answer), names) : null;
        return new RejectedException(code, message, remedy == null ? remedy(code, answer, names) : remedy, null);
    }

    private static boolean isThrottling(int status, String code) {
        String access = "Forbidden.AccessDenied.";
        if (code.startsWith(access)) {
            String kind = code.substring(access.length());
            return kind.startsWith("Qps") || kind.startsWith("Qpm") || kind.startsWith("ApiCount");
        }
        return status == 429 || THROTTLED.contains(code);
    }

    private static String repeated(OptionNames names) {
        return "A later try can succeed; if this lasts, check " + names.of("apiBaseUrl") + ", " + names.of("oapiBaseUrl")
               + " and proxies on the way: something else may answer in DingTalk's place";
    }

    private static String checkCredentials(OptionNames names) {
        return "Check " + names.of("appKey") + " and " + names.of("appSecret") + " against the app's page in DingTalk's console";
    }

    private static String remedy(String code, JsonNode answer, OptionNames names) {
        if (code.endsWith("AccessTokenPermissionDenied") || code.equals("60011")) {
            JsonNode scopes = answer.path("accessdenieddetail").path("requiredScopes");
            return "Grant the app the permission" + (scopes.isEmpty() ? " that the message names"
                    : " " + KnownSecrets.clean(scopes.toString(), SHOWN))
                   + " in DingTalk's console (permissions), publish it, then try again";
        }
        if (code.endsWith("IpNotInWhiteList") || code.equals("60020")) {
            return "Add this machine's public address to the app's IP white list in DingTalk's console";
        }
        if (code.equals("invalidClientIdOrSecret") || code.equals("40096") || code.equals("40089")) {
            return checkCredentials(names);
        }
        if (code.startsWith("invalidParameter.robotCode") || code.equals("robot.oto.notExist")) {
            return "Check " + names.of("robotCode") + ", and publish a version of the app: a new robot exists only then";
        }
        if (code.contains("openConversationId") || code.equals("group.disbanded") || code.equals("bot.stopped")
                || code.equals("resource.unavailable")) {
            return "Check that the group still exists and the robot is in it";
        }
        if (UNKNOWN_PERSON.contains(code)) {
            return "Check the user id or mobile number: the organisation has no such member";
        }
        if (code.equals("50002") || code.equals("50004")) {
            return "Add the person's department to what the app may see in DingTalk's console (permissions)";
        }
        if (code.endsWith("tooLong") || code.equals("460101")) {
            return "Send less, or lower " + names.of("maxMessageLength");
        }
        if (code.startsWith("contain.") || code.startsWith("4301")) {
            return "DingTalk's content check refused the text: change what it names";
        }
        return "Look up the code in DingTalk's error table; try again when the cause is gone";
    }

    private static DingTalkException unreadable(ApiRequest request, int status, byte[] body, OptionNames names) {
        if (status >= 500) {
            return new UnavailableException("http" + status, said(request, status, "no readable body"), WAIT, null);
        }
        if (status == 429) {
            return new ThrottledException("http429", said(request, status, "too many requests"), LOWER_THE_RATE, null);
        }
        if (looksLikePage(body) && (status < 300 || status == 403)) {
            // the proxy in front of the gateway answers a blocked address with a page (docs/protocol.md 7.1); so does a proxy with a login
            return new ThrottledException("http" + status, said(request, status, "a page in place of an answer"),
                    "A later try can succeed; if this lasts, DingTalk blocks this machine's address, or "
                            + names.of("apiBaseUrl") + ", " + names.of("oapiBaseUrl") + " or a proxy on the way is wrong", null);
        }
        if (status >= 300) {
            return new RejectedException("http" + status, said(request, status, "that is not DingTalk's answer"),
                    "Check " + names.of("apiBaseUrl") + ", " + names.of("oapiBaseUrl") + ", and proxies on the way", null);
        }
        return unknown(request, names, "unreadable", said(request, status, "an answer that is not JSON"), null);
    }

    private static boolean looksLikePage(byte[] body) {
        return body.length > 0 && body[0] == '<';
    }

    /** What it means that there was no complete answer. */
    public static DingTalkException lost(ApiRequest request, Loss loss, IOException cause, OptionNames names) {
        String why = request.name() + ": " + plain(cause);
        return switch (loss) {
            case UNREACHABLE -> new UnavailableException("unreachable", why,
                    "Check the network and " + names.of("apiBaseUrl") + " / " + names.of("oapiBaseUrl")
                            + "; a later try can succeed", cause);
            case TLS -> new UnavailableException("tls", why, "Check the certificates and proxies on the way; a later try can succeed",
                    cause);
            case TIMEOUT -> unknown(request, names, "timeout", why, cause);
            case BEFORE_ANSWER -> new UnavailableException(UnavailableException.CONNECTION_LOST, why, WAIT, cause);
            case IN_ANSWER -> unknown(request, names, "lost", why, cause);
        };
    }

    /** The outcome, derived from the kind of exception. An unknown kind of loss may have happened within the answer. */
    public static Loss lossOf(IOException cause) {
        if (cause instanceof HttpConnectTimeoutException || cause instanceof ConnectException || cause instanceof UnknownHostException
                || cause instanceof NoRouteToHostException) {
            return Loss.UNREACHABLE;
        }
        if (cause instanceof SSLHandshakeException || cause instanceof SSLPeerUnverifiedException) {
            return Loss.TLS;
        }
        if (cause instanceof SocketTimeoutException || cause instanceof HttpTimeoutException) {
            return Loss.TIMEOUT;
        }
        return cause instanceof SocketException ? Loss.BEFORE_ANSWER : Loss.IN_ANSWER;
    }

    private static DingTalkException unknown(ApiRequest request, OptionNames names, String code, String why, IOException cause) {
        return request.isRepeatable()
                ? new UnavailableException(code, why, cause == null ? repeated(names) : WAIT, DingTalkException.Outcome.UNKNOWN, cause)
                : new OutcomeUnknownException(code, why, request.remedyIfUnknown(), cause);
    }

    /** What kind of loss, without its message, which may hold the address of a session webhook. */
    private static String plain(IOException cause) {
        return cause.getClass().getSimpleName();
    }

    private static JsonNode parse(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
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
