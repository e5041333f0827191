package io.github.dingtalkcamel.doctor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.Addresses;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.ResponseClassifier;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.integration.IntegrationApps;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/** One integration's app: its credentials, Stream's gateway, the permission to send, its robot code, and its callback. */
final class AppChecks {

    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final String SEND = "/v1.0/robot/oToMessages/batchSend";
    private static final String OPEN = "/v1.0/gateway/connections/open";
    /** DingTalk's codes for a message without recipients, which it looks at last. */
    private static final Set<String> NO_RECIPIENT = Set.of("MissinguserIds", "invalidParameter.userIds.empty",
            "invalidParameter.userId.empty", "illegal.receivers");

    private final HttpClient http;

    AppChecks(HttpClient http) {
        this.http = http;
    }

    List<Finding> of(Settings settings, Integration integration) {
        List<Finding> findings = new ArrayList<>();
        String id = integration.id();
        if (!integration.hasApp()) {
            return List.of(Finding.off("credentials " + id, "It has no app, and sends to its group webhook only"));
        }
        if (integration.isInvented()) {
            return List.of(Finding.off("credentials " + id, "No app is set: the program starts with its simulator of DingTalk"));
        }
        try {
            JsonNode token = call(settings, integration, ApiRequest.ACCESS_TOKEN, Secret.UNSET,
                    Map.of("appKey", integration.appKey().orElseThrow(), "appSecret", integration.appSecret().reveal()));
            findings.add(Finding.ok("credentials " + id, "DingTalk gave an access token"));
            KnownSecrets.token(token.path("accessToken").asText());
            findings.add(sending(settings, integration, Secret.of(token.path("accessToken").asText())));
            findings.add(stream(settings, integration));
        } catch (DingTalkException e) {
            findings.add(because("credentials " + id, e));
        }
        findings.add(callback(settings, integration));
        return findings;
    }

    private Finding sending(Settings settings, Integration integration, Secret token) {
        String check = "permissions " + integration.id();
        try {
            call(settings, integration, SEND, token, Map.of("robotCode", integration.robotCode().orElseThrow(), "msgKey", "sampleText",
                    "msgParam", "{\"content\":\"test\"}", "userIds", List.of()));
        } catch (DingTalkException e) {
            if (!(e instanceof RejectedException && NO_RECIPIENT.contains(e.code()))) {
                return because(e.code().toLowerCase(Locale.ROOT).contains("robot") ? "robot code " + integration.id() : check, e);
            }
        }
        return Finding.ok(check, "The robot may send messages (qyapi_robot_sendmsg). Others can't be asked about without using them");
    }

    /** A ticket for a connection, which is not opened: DingTalk would deliver messages on it. */
    private Finding stream(Settings settings, Integration integration) {
        String check = "stream " + integration.id();
        if (!integration.stream()) {
            return Finding.off(check, "dingtalk.stream is false");
        }
        try {
            JsonNode ticket = call(settings, integration, OPEN, Secret.UNSET, Map.of("clientId", integration.appKey().orElseThrow(),
                    "clientSecret", integration.appSecret().reveal(), "subscriptions",
                    List.of(Map.of("type", "CALLBACK", "topic", "/v1.0/im/bot/messages/get")), "ua", "dingtalk-camel"));
            KnownSecrets.passing(ticket.path("ticket").asText());
            URI endpoint = URI.create(ticket.path("endpoint").asText());
            URI host = URI.create(endpoint.getScheme().replace("ws", "http") + "://" + endpoint.getRawAuthority() + "/");
            http.send(HttpRequest.newBuilder(host).timeout(WAIT).build(), HttpResponse.BodyHandlers.discarding());
            return Finding.ok(check, "DingTalk gave a ticket for a WebSocket at " + endpoint.getHost() + ", which answers");
        } catch (DingTalkException e) {
            return because(check, e);
        } catch (IOException | IllegalArgumentException e) {
            return Finding.wrong(check, "The host of the WebSocket does not answer: " + e.getClass().getSimpleName(),
                    "Let this machine connect to the host that DingTalk names, wss-open-connection.dingtalk.com");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.unknown(check, "Interrupted", null);
        }
    }

    private static Finding callback(Settings settings, Integration integration) {
        String check = "callback " + integration.id();
        if (!integration.callback()) {
            return Finding.off(check, "dingtalk.callback is false");
        }
        if (settings.publicUrl().isEmpty()) {
            return integration.stream() ? Finding.off(check, "Messages come by Stream; for HTTP callbacks set dingtalk.public-url")
                    : Finding.wrong(check, "Stream is off, and no address is known at which DingTalk reaches this machine",
                            "Set dingtalk.public-url, or dingtalk.stream=true");
        }
        return Finding.ok(check, "Enter " + settings.publicUrl().get() + "/api/dingtalk/webhook/" + integration.id()
                + " in DingTalk's console, which checks it" + (integration.callbackToken().isSet() ? ""
                        : "; encrypted callbacks need dingtalk.callback-token and dingtalk.callback-aes-key"));
    }

    private static Finding because(String check, DingTalkException e) {
        return e instanceof RejectedException ? Finding.wrong(check, e.getMessage(), e.remedy())
                : Finding.unknown(check, e.getMessage(), e.remedy());
    }

    private JsonNode call(Settings settings, Integration integration, String path, Secret token, Object body) throws DingTalkException {
        ApiRequest request = new ApiRequest(path, integration.id(), Addresses.of(settings.apiBaseUrl(), path), token, body);
        var names = IntegrationApps.names(integration.id());
        try {
            HttpRequest.Builder message = HttpRequest.newBuilder(request.uri()).timeout(WAIT).header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(Json.MAPPER.writeValueAsBytes(body)));
            if (token.isSet()) {
                message.header("x-acs-dingtalk-access-token", token.reveal());
            }
            HttpResponse<byte[]> answer = http.send(message.build(), HttpResponse.BodyHandlers.ofByteArray());
            return ResponseClassifier.of(request, answer.statusCode(), answer.body(), names);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ResponseClassifier.lost(request, ResponseClassifier.lossOf(new IOException(e)), new IOException(e), names);
        } catch (IOException e) {
            throw ResponseClassifier.lost(request, ResponseClassifier.lossOf(e), e, names);
        }
    }
}
