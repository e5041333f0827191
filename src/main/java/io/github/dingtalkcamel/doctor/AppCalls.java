package io.github.dingtalkcamel.doctor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.Addresses;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.BoundedAnswer;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.OptionNames;
import io.github.dingtalkcamel.component.api.ResponseClassifier;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.integration.IntegrationApps;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/** Calls of one integration to DingTalk, each made once, past the token cache and the limits of the running program. */
final class AppCalls {

    static final Duration WAIT = Duration.ofSeconds(10);
    private static final int MOST_BYTES = 1 << 20;

    private final HttpClient http;
    private final Settings settings;
    private final Integration integration;
    private final OptionNames names;

    AppCalls(HttpClient http, Settings settings, Integration integration) {
        this.http = http;
        this.settings = settings;
        this.integration = integration;
        this.names = IntegrationApps.names(integration.id());
    }

    Settings settings() {
        return settings;
    }

    Integration integration() {
        return integration;
    }

    /** The name of a check of this integration. */
    String check(String name) {
        return name + " " + integration.id();
    }

    /** Whether the host of an address answers anything at all. */
    void reach(URI host) throws IOException, InterruptedException {
        http.send(HttpRequest.newBuilder(host).timeout(WAIT).build(), HttpResponse.BodyHandlers.discarding());
    }

    /** DingTalk's answer, where it did what it was asked. @param token unset for calls without one */
    JsonNode call(String method, String path, Secret token, Object body) throws DingTalkException {
        URI base = ApiRequest.isOfNewerApi(path) ? settings.apiBaseUrl() : settings.oapiBaseUrl();
        ApiRequest request = new ApiRequest(path, integration.id(), Addresses.of(base, path), token, body, method);
        try {
            HttpResponse<byte[]> answer = http.send(message(request), BoundedAnswer.of(MOST_BYTES));
            return ResponseClassifier.of(request, answer.statusCode(), answer.body(), names);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ResponseClassifier.lost(request, ResponseClassifier.lossOf(new IOException(e)), new IOException(e), names);
        } catch (IOException e) {
            throw ResponseClassifier.lost(request, ResponseClassifier.lossOf(e), e, names);
        }
    }

    private static HttpRequest message(ApiRequest request) throws IOException {
        boolean oapi = request.isOapi() && request.token().isSet();
        URI uri = oapi ? Addresses.withParameter(request.uri(), "access_token", request.token().reveal()) : request.uri();
        // without Accept the gateway of Stream answers in XML
        HttpRequest.Builder message = HttpRequest.newBuilder(uri).timeout(WAIT).header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(Json.MAPPER.writeValueAsBytes(request.body())));
        if (request.token().isSet() && !oapi) {
            message.header("x-acs-dingtalk-access-token", request.token().reveal());
        }
        return message.build();
    }
}
