package io.github.dingtalkcamel.component.api;
import java.net.URI;

import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * One call to DingTalk.
 *
 * @param name        what it is, for logs and errors: a path, or {@code session webhook}; never a secret
 * @param integration whose call it is
 * @param uri         where to; may be a secret itself
 * @param token       the access token to send with it, {@link Secret#UNSET} for none
 * @param body        what to send, as JSON; a {@link MultipartForm} is sent as it is
 * @param method      the HTTP method
 */
public record ApiRequest(String name, String integration, URI uri, Secret token, Object body, String method) {

    /** Name of a call to a session webhook, whose URL can't be shown. */
    public static final String SESSION_WEBHOOK = "session webhook";

    /** Path that access tokens come from. Asking twice does nothing twice (docs/protocol.md 1.1). */
    public static final String ACCESS_TOKEN = "/v1.0/oauth2/accessToken";

    private static final String DOWNLOAD = "/v1.0/robot/messageFiles/download";
    private static final String UPLOAD = "/media/upload";

    /** Name of a call to a custom robot, whose URL can't be shown. */
    public static final String CUSTOM_ROBOT = "custom robot";

    /** A call by POST. */
    public ApiRequest(String name, String integration, URI uri, Secret token, Object body) {
        this(name, integration, uri, token, body, "POST");
    }

    /** The same call with an access token. */
    public ApiRequest with(Secret accessToken) {
        return new ApiRequest(name, integration, uri, accessToken, body, method);
    }

    /** True for the older API, which takes its token in the query. */
    public boolean isOapi() {
        return name.startsWith("/") && !isOfNewerApi(name);
    }

    /** True for a path of api.dingtalk.com, such as {@code /v1.0/robot/groupMessages/send}; all others belong to oapi.dingtalk.com. */
    public static boolean isOfNewerApi(String path) {
        return path.matches("/v\\d+\\.\\d+/.*");
    }

    public boolean isSessionWebhook() {
        return name.equals(SESSION_WEBHOOK);
    }

    public boolean isCustomRobot() {
        return name.equals(CUSTOM_ROBOT);
    }

    /** True where the call can be repeated safely, even if the first one was executed. */
    public boolean isRepeatable() {
        return name.equals(ACCESS_TOKEN) || method.equals("PUT") || method.equals("GET") || name.equals(DOWNLOAD)
               || name.matches("/topapi/.*/(get|list)[a-z]*");
    }

    /** What a person can do where it is not known whether the call was done, and it is not repeated. */
    String remedyIfUnknown() {
        if (name.endsWith("/recall") || name.endsWith("/batchRecall")) {
            return "Look whether the message is still shown, and recall it again if it is";
        }
        if (name.equals(UPLOAD)) {
            return "Nothing was sent: upload the file again";
        }
        boolean isMessage = isSessionWebhook() || isCustomRobot() || name.startsWith("/v1.0/robot/") || name.startsWith("/v1.0/card/");
        return isMessage ? OutcomeUnknownException.ASK : "Look in DingTalk whether it was done before it is tried again";
    }

    @Override
    public String toString() {
        return "ApiRequest[" + name + ", " + integration + "]";
    }
}
