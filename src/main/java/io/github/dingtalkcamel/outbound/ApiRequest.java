package io.github.dingtalkcamel.outbound;

import java.net.URI;

import io.github.dingtalkcamel.settings.Secret;

/**
 * One call to DingTalk.
 *
 * @param name        what it is, for logs and errors: a path, or {@code session webhook}; never a secret
 * @param integration whose call it is
 * @param uri         where to; may be a secret itself
 * @param token       the access token to send with it, {@link Secret#UNSET} for none
 * @param body        what to send, as JSON
 */
public record ApiRequest(String name, String integration, URI uri, Secret token, Object body) {

    /** Name of a call to a session webhook, whose URL can't be shown. */
    public static final String SESSION_WEBHOOK = "session webhook";

    /** Path that access tokens come from. Asking twice does nothing twice (protocol 1.1). */
    static final String ACCESS_TOKEN = "/v1.0/oauth2/accessToken";

    /** Exchange property that holds the call under way. */
    public static final String PROPERTY = "CamelDingTalkRequest";

    /** The same call with an access token. */
    public ApiRequest with(Secret accessToken) {
        return new ApiRequest(name, integration, uri, accessToken, body);
    }

    boolean isSessionWebhook() {
        return name.equals(SESSION_WEBHOOK);
    }

    /** True where it does no harm to ask again, whatever became of the first time. */
    boolean isRepeatable() {
        return name.equals(ACCESS_TOKEN);
    }

    @Override
    public String toString() {
        return "ApiRequest[" + name + ", " + integration + "]";
    }
}
