package io.github.dingtalkcamel.component.stream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocketHandshakeException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import javax.net.ssl.SSLException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.api.BoundedAnswer;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.DingTalkJson;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.text.LogSafe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the connections of one app: asks the gateway for an endpoint with a ticket (docs/protocol.md 2.1), then upgrades to a WebSocket
 * there (2.2). A ticket is used once and never shown.
 */
final class Gateway implements Connector {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private static final String PATH = "/v1.0/gateway/connections/open";
    private static final int MAX_ANSWER_BYTES = 64 << 10;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int PROXY_AUTHENTICATION = 407;

    private final HttpClient http;
    private final URI address;
    private final DingTalkApp app;
    private final Supplier<Set<Delivery.Kind>> kinds;
    private final String agent;
    private final Duration patience;

    /**
     * @param kinds    what the next connection is for
     * @param agent    what we call ourselves
     * @param patience after which a step is given up; the caller has a deadline of its own over all of them
     */
    Gateway(HttpClient http, DingTalkApp app, Supplier<Set<Delivery.Kind>> kinds, String agent, Duration patience) {
        this.http = http;
        this.address = URI.create(app.apiBaseUrl() + PATH);
        this.app = app;
        this.kinds = kinds;
        this.agent = agent;
        this.patience = patience;
    }

    @Override
    public CompletableFuture<WebSocketConnection> dial(WebSocketConnection.Events events) {
        CompletableFuture<WebSocketConnection> result = new CompletableFuture<>();
        try {
            CompletableFuture<HttpResponse<byte[]>> asked = http.sendAsync(request(), BoundedAnswer.of(MAX_ANSWER_BYTES));
            result.whenComplete((link, failure) -> asked.cancel(true));
            asked.whenComplete((answer, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(unreachable("the gateway", failure));
                } else if (!result.isDone()) {
                    upgrade(answer, events, result);
                }
            });
        } catch (RuntimeException | IOException e) {
            result.completeExceptionally(unreachable("the gateway", e));
        }
        return result;
    }

    private HttpRequest request() throws IOException {
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("clientId", app.appKey());
        body.put("clientSecret", app.appSecret().reveal());
        ArrayNode subscriptions = body.putArray("subscriptions");
        Set<Delivery.Kind> wanted = kinds.get();
        if (wanted.contains(Delivery.Kind.EVENT)) {
            subscriptions.addObject().put("type", "EVENT").put("topic", "*");
        }
        if (wanted.contains(Delivery.Kind.MESSAGE)) {
            subscriptions.addObject().put("type", "CALLBACK").put("topic", Frame.ROBOT_MESSAGE);
        }
        if (wanted.contains(Delivery.Kind.CARD)) {
            subscriptions.addObject().put("type", "CALLBACK").put("topic", Frame.CARD_CALLBACK);
        }
        body.put("ua", agent);
        return HttpRequest.newBuilder(address)
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(patience)
                .header("Content-Type", "application/json")
                // without it the gateway answers in XML
                .header("Accept", "application/json")
                .header("User-Agent", agent)
                .POST(HttpRequest.BodyPublishers.ofByteArray(DingTalkJson.bytes(body)))
                .build();
    }

    private void upgrade(HttpResponse<byte[]> answer, WebSocketConnection.Events events, CompletableFuture<WebSocketConnection> result) {
        try {
            JdkWebSocketConnection link = new JdkWebSocketConnection(events);
            http.newWebSocketBuilder().connectTimeout(patience).header("User-Agent", agent).buildAsync(ticketed(answer), link)
                    .whenComplete((socket, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(unreachable("the endpoint", failure));
                } else if (!result.complete(link)) {
                    // the caller has given up meanwhile
                    socket.abort();
                }
            });
        } catch (OpenException e) {
            result.completeExceptionally(e);
        } catch (IllegalArgumentException e) {
            result.completeExceptionally(notUnderstood());
        }
    }

    /** Where to upgrade. */
    private URI ticketed(HttpResponse<byte[]> answer) throws OpenException {
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(answer.body());
        } catch (IOException e) {
            json = Json.MAPPER.missingNode();
        }
        if (answer.statusCode() != OK) {
            throw refused(answer.statusCode(), LogSafe.of(json == null ? "" : json.path("code").asText("")));
        }
        String endpoint = json == null ? "" : json.path("endpoint").asText("");
        String ticket = json == null ? "" : json.path("ticket").asText("");
        if (ticket.isEmpty() || !endpoint.matches("(?i)wss?://.+")) {
            throw notUnderstood();
        }
        KnownSecrets.passing(ticket);
        String encoded = URLEncoder.encode(ticket, StandardCharsets.UTF_8).replace("+", "%20");
        return URI.create(endpoint + (endpoint.contains("?") ? "&" : "?") + "ticket=" + encoded);
    }

    private OpenException refused(int status, String code) {
        String message = "the gateway answered HTTP " + status + (code.isEmpty() ? "" : " " + code);
        if (status == UNAUTHORIZED) {
            return OpenException.wrongCredentials(message, "Check " + app.names().of("appKey") + " and " + app.names().of("appSecret")
                    + " against the app's credentials in DingTalk's"
                    + " developer console");
        }
        if (status == PROXY_AUTHENTICATION) {
            return proxyRefused();
        }
        return OpenException.of(message, status >= 500 ? "It is tried again until it works"
                : "Check that the app's robot has Stream mode switched on in DingTalk's developer console");
    }

    private OpenException notUnderstood() {
        return OpenException.of("the gateway's answer holds no endpoint and ticket",
                "Check " + app.names().of("apiBaseUrl") + ", and proxies on the way");
    }

    private static OpenException proxyRefused() {
        return OpenException.of("the proxy refused: HTTP 407",
                "Set its user and password in HTTPS_PROXY, or by -Dhttps.proxyUser and -Dhttps.proxyPassword");
    }

    /** In words that can't hold an address with its ticket. */
    private OpenException unreachable(String who, Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        LOG.debug("An attempt to open a Stream connection of {} failed: {}", app.name(), cause.getClass().getName());
        String remedy = "Check the network, the proxy (HTTPS_PROXY) and " + app.names().of("apiBaseUrl")
                + "; it is tried again until it works";
        if (cause instanceof OpenException open) {
            return open;
        }
        if (cause instanceof WebSocketHandshakeException handshake && handshake.getResponse() != null) {
            int status = handshake.getResponse().statusCode();
            return status == PROXY_AUTHENTICATION ? proxyRefused()
                    : OpenException.of(who + " refused the upgrade: HTTP " + status, "It is tried again until it works");
        }
        if (cause instanceof HttpTimeoutException) {
            return OpenException.of(who + " did not answer in time", remedy);
        }
        Optional<SSLException> tls = causeOf(cause, SSLException.class);
        if (tls.isPresent()) {
            return OpenException.of("TLS with " + who + " failed: " + LogSafe.of(String.valueOf(tls.get().getMessage())),
                    "Where a proxy or gateway has a certificate of its own, name a trust store with -Djavax.net.ssl.trustStore");
        }
        if (cause instanceof ConnectException) {
            return OpenException.of(causeOf(cause, UnresolvedAddressException.class).isPresent() ? "the name of " + who + " is not known"
                    : who + " can't be reached", remedy);
        }
        return OpenException.of("the connection to " + who + " was lost (" + cause.getClass().getSimpleName() + ")", remedy);
    }

    private static <T extends Throwable> Optional<T> causeOf(Throwable failure, Class<T> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }
}
