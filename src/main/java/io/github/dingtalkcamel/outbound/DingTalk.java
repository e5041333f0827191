package io.github.dingtalkcamel.outbound;
import java.io.IOException;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.AccessToken;
import io.github.dingtalkcamel.component.api.Addresses;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.DingTalkJson;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.ResponseClassifier;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.limits.DingTalkCallLimiter;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.apache.camel.component.http.HttpComponent;
import org.apache.hc.core5.http.HttpEntity;

/** The two ends of a call to DingTalk, before and after {@code http:}; {@code dingtalk-api.camel.yaml} is what stands between. */
public final class DingTalk {

    /** One call, answer included. DingTalk answers in well under a second; what takes longer than this is lost. */
    private static final Duration DEADLINE = Duration.ofSeconds(15);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private static final int CONNECTIONS = 200;
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    /** Where Camel counts how often a call was repeated: without it the repeats have no end. */
    private static final String REDELIVERY = "CamelRedeliver*";

    private final Settings settings;
    private final DingTalkCallLimiter gate;

    public DingTalk(Settings settings, DingTalkCallLimiter gate) {
        this.settings = settings;
        this.gate = gate;
    }

    /** A component for these calls alone, so that slow agents can't use up their connections. */
    public static HttpComponent component() {
        HttpComponent http = new HttpComponent();
        http.setHttpClientConfigurer(new GuardedCalls(DEADLINE, MAX_ANSWER_BYTES));
        http.setConnectTimeout(CONNECT.toMillis());
        http.setConnectionRequestTimeout(CONNECT.toMillis());
        http.setResponseTimeout(SILENCE.toMillis());
        http.setSoTimeout(SILENCE.toMillis());
        http.setConnectionsPerRoute(CONNECTIONS);
        http.setMaxTotalConnections(2 * CONNECTIONS);
        http.setCookieManagementDisabled(true);
        http.setUseSystemProperties(true);
        http.setUserAgent("dingtalk-camel");
        return http;
    }

    /** A call to api.dingtalk.com: the body as JSON to a path below its base URL, by POST where no other method is set. */
    public ApiRequest request(@Body Object body, @Variable("path") String path, @Variable("integration") String integration, @Variable("method") String method) {
        return new ApiRequest(path, integration, Addresses.of(settings.apiBaseUrl(), path), Secret.UNSET, body, method == null ? "POST" : method);
    }

    /**
     * A call to oapi.dingtalk.com: the body as JSON, or a form as it is, to a path below its base URL. Its token goes into the query
     * (docs/protocol.md 0.3).
     */
    public ApiRequest oapiRequest(@Body Object body, @Variable("path") String path, @Variable("integration") String integration) {
        return new ApiRequest(path, integration, Addresses.of(settings.oapiBaseUrl(), path), Secret.UNSET, body);
    }

    /** Makes the call under way the message: these headers and this body are all that is sent. */
    public void prepare(Exchange exchange, @ExchangeProperty(ApiRequest.PROPERTY) ApiRequest request) {
        Message message = exchange.getMessage();
        message.removeHeaders("*", REDELIVERY);
        message.setHeader(Exchange.HTTP_URI, request.uri().toString());
        message.setHeader(Exchange.HTTP_METHOD, request.method());
        message.setHeader("Accept", "application/json");
        if (request.token().isSet() && request.isOapi()) {
            message.setHeader(Exchange.HTTP_URI, Addresses.withParameter(request.uri(), "access_token", request.token().reveal()).toString());
        } else if (request.token().isSet()) {
            message.setHeader("x-acs-dingtalk-access-token", request.token().reveal());
        }
        if (request.body() instanceof HttpEntity form) {
            message.setBody(form);
            return;
        }
        message.setHeader(Exchange.CONTENT_TYPE, "application/json; charset=utf-8");
        message.setBody(DingTalkJson.bytes(request.body()));
    }

    /** The answer's JSON as the body, or the exception that says what went wrong. */
    public void judge(Exchange exchange, @ExchangeProperty(ApiRequest.PROPERTY) ApiRequest request) throws DingTalkException {
        Message message = exchange.getMessage();
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        byte[] body = message.getBody(byte[].class);
        message.removeHeaders("*", REDELIVERY);
        message.setBody(null);
        JsonNode answer;
        try {
            answer = ResponseClassifier.of(request, status, body == null ? new byte[0] : body);
        } catch (DingTalkException refusal) {
            gate.learn(exchange, request, refusal);
            throw refusal;
        }
        gate.learn(exchange, request, null);
        // the next call has repeats of its own
        message.removeHeaders("*");
        message.setBody(answer);
    }

    /** There was no answer: says whether it may be tried again. */
    public void lost(Exchange exchange, @ExchangeProperty(ApiRequest.PROPERTY) ApiRequest request) throws DingTalkException {
        DingTalkException loss = HttpClientLoss.lost(request, Failure.of(exchange, IOException.class));
        gate.learn(exchange, request, loss);
        throw loss;
    }

    /** The call with the access token that was got for it. */
    public ApiRequest authorised(@ExchangeProperty(ApiRequest.PROPERTY) ApiRequest request, @Body AccessToken token) {
        return request.with(token.value());
    }

    /** The token that DingTalk refused, so that it is not taken from the cache again. */
    public Secret refusedToken(@ExchangeProperty(ApiRequest.PROPERTY) ApiRequest request) {
        return request.token();
    }
}
