package io.github.dingtalkcamel.doctor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.card.CardRefusal;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.server.Addresses;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/**
 * One integration's app: its credentials, robot code, permissions, cards, visible range, Stream's gateway and WebSocket, and its callback.
 */
final class AppChecks {

    private static final String SEND = "/v1.0/robot/oToMessages/batchSend";
    private static final String OPEN = "/v1.0/gateway/connections/open";
    private static final String CARD = "/v1.0/card/instances";
    private static final String CARD_TEXT = "/v1.0/card/streaming";
    /** DingTalk's codes for a message without recipients (docs/protocol.md 6.3.1, 6.3.5): it checks permission and robot code before. */
    private static final Set<String> NO_RECIPIENT = Set.of("MissinguserIds", "invalidParameter.userIds.empty",
            "invalidParameter.userId.empty", "illegal.receivers");

    private final HttpClient http;
    private final boolean running;

    /** @param running whether the program runs in this process, so that its simulator can be asked */
    AppChecks(HttpClient http, boolean running) {
        this.http = http;
        this.running = running;
    }

    List<Finding> of(Settings settings, Integration integration) {
        AppCalls calls = new AppCalls(http, settings, integration);
        List<Finding> findings = new ArrayList<>();
        if (!integration.hasApp()) {
            findings.add(Finding.off(calls.check(Finding.CREDENTIALS), "It has no app, and sends to its group webhook only"));
        } else if (settings.simulator() && !running) {
            findings.add(Finding.off(calls.check(Finding.CREDENTIALS), "DingTalk is simulated: the simulator can be asked once the program"
                    + " runs, by POST /api/dingtalk/integrations/" + integration.id() + "/test"));
        } else {
            asked(calls, findings);
        }
        findings.add(callback(settings, integration, calls.check(Finding.CALLBACK)));
        return findings;
    }

    private static void asked(AppCalls calls, List<Finding> findings) {
        Integration integration = calls.integration();
        Secret token;
        try {
            JsonNode answer = calls.call("POST", ApiRequest.ACCESS_TOKEN, Secret.UNSET,
                    Map.of("appKey", integration.appKey().orElseThrow(), "appSecret", integration.appSecret().reveal()));
            KnownSecrets.token(answer.path("accessToken").asText());
            token = Secret.of(answer.path("accessToken").asText());
        } catch (DingTalkException e) {
            findings.add(Finding.because(calls.check(Finding.CREDENTIALS), e));
            return;
        }
        findings.add(Finding.ok(calls.check(Finding.CREDENTIALS), "DingTalk gave an access token"));
        sending(calls, token, findings);
        findings.addAll(new ContactChecks(calls, token).all());
        findings.add(cards(calls, token));
        findings.add(stream(calls));
    }

    /** By a message without recipients, which reaches no user. */
    private static void sending(AppCalls calls, Secret token, List<Finding> findings) {
        String robot = calls.check(Finding.ROBOT_CODE);
        String permissions = calls.check(Finding.PERMISSIONS);
        String code = calls.integration().robotCode().orElseThrow();
        try {
            calls.call("POST", SEND, token, Map.of("robotCode", code, "msgKey", "sampleText", "msgParam", "{\"content\":\"test\"}",
                    "userIds", List.of()));
        } catch (DingTalkException e) {
            boolean allowed = e instanceof RejectedException && NO_RECIPIENT.contains(e.code());
            if (!allowed && e.code().toLowerCase(Locale.ROOT).contains("robot")) {
                findings.add(Finding.because(robot, e));
                findings.add(Finding.unknown(permissions, "DingTalk refused the robot code, and may not have looked at qyapi_robot_sendmsg",
                        "Fix the robot code first"));
                return;
            } else if (!allowed) {
                findings.add(Finding.unknown(robot, "DingTalk looks at it after the permission to send", null));
                findings.add(Finding.because(permissions, e));
                return;
            }
        }
        findings.add(Finding.ok(robot, "DingTalk knows the robot " + code));
        findings.add(Finding.ok(permissions, "The robot may send messages (qyapi_robot_sendmsg)"));
    }

    /** By a card that is streamed and delivered to no user. */
    private static Finding cards(AppCalls calls, Secret token) {
        String check = calls.check(Finding.CARDS);
        Integration integration = calls.integration();
        if (!integration.streaming().usesCards()) {
            return Finding.off(check, "dingtalk.streaming is off: Card.Instance.Write and Card.Streaming.Write are not asked for");
        }
        String id = UUID.randomUUID().toString();
        String key = integration.streaming().cardContentKey();
        try {
            calls.call("POST", CARD, token, Map.of("outTrackId", id, "cardTemplateId",
                    integration.streaming().cardTemplateId().orElseThrow(), "cardData", Map.of("cardParamMap", Map.of(key, ""))));
            calls.call("PUT", CARD_TEXT, token, Map.of("outTrackId", id, "guid", id, "key", key, "content", "test", "isFull", true,
                    "isFinalize", true, "isError", false));
            return Finding.ok(check, "A card of the streaming template was made and streamed; no user saw it");
        } catch (DingTalkException e) {
            return Finding.because(check, e, CardRefusal.remedy(e, key));
        }
    }

    /** A ticket for a connection, which is not opened: DingTalk would deliver messages on it. */
    private static Finding stream(AppCalls calls) {
        String check = calls.check("stream");
        Integration integration = calls.integration();
        if (!integration.stream()) {
            return Finding.off(check, "dingtalk.stream is false");
        }
        try {
            JsonNode ticket = calls.call("POST", OPEN, Secret.UNSET, Map.of("clientId", integration.appKey().orElseThrow(),
                    "clientSecret", integration.appSecret().reveal(), "subscriptions",
                    List.of(Map.of("type", "CALLBACK", "topic", "/v1.0/im/bot/messages/get")), "ua", "dingtalk-camel"));
            KnownSecrets.passing(ticket.path("ticket").asText());
            URI endpoint = URI.create(ticket.path("endpoint").asText());
            if (endpoint.getScheme() == null || endpoint.getHost() == null || !endpoint.getScheme().matches("(?i)wss?")) {
                return Finding.wrong(check, "The gateway's answer holds no endpoint",
                        "Check dingtalk.api-base-url, and proxies on the way");
            }
            calls.reach(URI.create(endpoint.getScheme().replaceFirst("(?i)^ws", "http") + "://" + endpoint.getRawAuthority() + "/"));
            return Finding.ok(check, "DingTalk gave a ticket for a WebSocket at " + endpoint.getHost() + ", which answers");
        } catch (DingTalkException e) {
            return Finding.because(check, e);
        } catch (IOException | IllegalArgumentException e) {
            return Finding.wrong(check, "The host of the WebSocket does not answer: " + e.getClass().getSimpleName(),
                    "Let this machine connect to the host that DingTalk names, wss-open-connection.dingtalk.com");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.unknown(check, "Interrupted", null);
        }
    }

    /** Whether the address is known at which DingTalk reaches the webhook. Only DingTalk's console can check that it does. */
    private static Finding callback(Settings settings, Integration integration, String check) {
        if (!integration.hasApp() || !integration.callback()) {
            return Finding.off(check, "The webhook is off: messages come by Stream, if at all");
        }
        String url = Addresses.callback(settings, integration.id());
        if (settings.publicUrl().isEmpty()) {
            String found = "No public address is known; on this machine it is " + url;
            String remedy = "Set dingtalk.public-url to the address under which DingTalk reaches this machine, or use Stream mode";
            return integration.stream() ? Finding.unknown(check, found, remedy) : Finding.wrong(check, found, remedy);
        }
        return Finding.ok(check, "Enter " + url + " in DingTalk's console, where it checks it" + (integration.callbackToken().isSet() ? ""
                : "; encrypted callbacks need dingtalk.callback-token and dingtalk.callback-aes-key"));
    }
}
