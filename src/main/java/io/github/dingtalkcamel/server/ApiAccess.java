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
 * Access to tools and admin: allowed with the bearer token of {@code dingtalk.api-token}, compared in constant time, and refused to all
 * while that is not set.
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
     * Checks the token of a request that {@link #check} let in: a route answers nothing without the token, also if a check before it is
     * missing.
     *
     * @return              the parsed request
     * @throws ApiException 403 while no token is set, 401 for a missing or wrong one
     */
    public ApiCall authorised(Message request) throws ApiException {
        HttpServerRequest http = ((HttpMessage) request).getRequest();
        require(http);
        if (!hasToken(http)) {
            throw ApiException.unauthorised();
        }
        return ApiCall.of(http.method().name(), request.getHeader(Exchange.HTTP_PATH, "", String.class),
                request.getHeader(Exchange.HTTP_RAW_QUERY, String.class));
    }

    /**
     * Checks the token where only the head of the request has been read. It is read from the request itself, since the headers of an
     * exchange hold query parameters too.
     *
     * @throws ApiException 403 while no token is set, 401 for a missing or wrong one, 429 after too many wrong ones of its address
     */
    public void check(HttpServerRequest request) throws ApiException {
        require(request);
        if (logins.refuses(FailedLogins.Credential.API, request)) {
            throw ApiException.tooManyFailures();
        }
        if (!hasToken(request)) {
            throw logins.failed(FailedLogins.Credential.API, request) ? ApiException.tooManyFailures() : ApiException.unauthorised();
        }
    }

    /** A request without any token guesses nothing. */
    private void require(HttpServerRequest request) throws ApiException {
        if (!token.isSet()) {
            throw ApiException.off();
        }
        if (!request.headers().contains("Authorization")) {
            throw ApiException.unauthorised();
        }
    }

    private boolean hasToken(HttpServerRequest request) {
        List<String> values = request.headers().getAll("Authorization");
        String authorization = values.size() == 1 ? values.get(0) : "";
        return authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME) && token.matches(authorization.substring(SCHEME.length()).strip());
    }
}
