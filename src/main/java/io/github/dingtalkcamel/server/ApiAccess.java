package io.github.dingtalkcamel.server;
import java.util.List;
import java.util.Locale;

import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.settings.Settings;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;

/**
 * Access to tools and admin: allowed with the bearer token of {@code dingtalk.api-token}, compared in constant time, and for no one while
 * that is not set.
 */
public final class ApiAccess {

    private static final String SCHEME = "bearer ";

    private final Secret token;
    private final FailedLogins logins;

    public ApiAccess(Settings settings, FailedLogins logins) {
        this.token = settings.apiToken();
        this.logins = logins;
    }

    /**
     * Checks the token of a request.
     *
     * @return              the parsed request
     * @throws ApiException 403 while no token is set, 401 for a missing or wrong one, 429 for any after too many wrong ones
     */
    public ApiCall authorised(Message request) throws ApiException {
        HttpServerRequest http = ((HttpMessage) request).getRequest();
        check(http);
        return ApiCall.of(http.method().name(), request.getHeader(Exchange.HTTP_PATH, "", String.class),
                request.getHeader(Exchange.HTTP_RAW_QUERY, String.class));
    }

    /**
     * Checks the token where only the head of the request has been read. It is read from the request itself, since the headers of an exchange
     * hold query parameters too.
     */
    public void check(HttpServerRequest request) throws ApiException {
        if (!token.isSet()) {
            throw ApiException.off();
        }
        List<String> values = request.headers().getAll("Authorization");
        if (values.isEmpty()) {
            // nothing was guessed
            throw ApiException.unauthorised();
        }
        if (logins.turnsAway(FailedLogins.Door.API, request)) {
            throw ApiException.tooManyFailures();
        }
        if (values.size() != 1 || !bears(values.get(0))) {
            logins.failed(FailedLogins.Door.API, request);
            throw ApiException.unauthorised();
        }
    }

    private boolean bears(String authorization) {
        return authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME) && token.matches(authorization.substring(SCHEME.length()).strip());
    }
}
