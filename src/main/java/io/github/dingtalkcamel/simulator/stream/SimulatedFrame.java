package io.github.dingtalkcamel.simulator.stream;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;

/**
 * One push as it goes over the wire (docs/protocol.md 2.3, 9.4).
 *
 * @param messageId of this push; pushed again, the same content has another
 * @param opaque    what a ping's answer has to repeat; null in other frames
 */
record SimulatedFrame(String messageId, String topic, String opaque, String text) {

    static SimulatedFrame callback(String topic, SimulatedApp app, String connectionId, String data, Instant now) {
        return push("CALLBACK", topic, app, connectionId, data, now);
    }

    /** Any type and topic, known or not, to an app's connection. */
    static SimulatedFrame push(String type, String topic, SimulatedApp app, String connectionId, String data, Instant now) {
        String messageId = RandomText.pushId();
        return of(messageId, type, topic, null, ofApp(app, connectionId), data, now);
    }

    static SimulatedFrame event(SimulatedEvent event, SimulatedApp app, String connectionId, Instant now) {
        ObjectNode headers = ofApp(app, connectionId).put("eventType", event.type()).put("eventId", event.id())
                .put("eventCorpId", Platform.CORP_ID).put("eventBornTime", String.valueOf(event.bornAt().toEpochMilli()))
                .put("eventUnifiedAppId", idOf("unified", app));
        return of(RandomText.pushId(), "EVENT", "*", null, headers, event.data(), now);
    }

    static SimulatedFrame ping(Instant now) {
        String opaque = RandomText.uuid();
        return of(RandomText.hex32(), "SYSTEM", "ping", opaque, Json.object(), Json.write(Json.object().put("opaque", opaque)), now);
    }

    static SimulatedFrame disconnect(String reason, Instant now) {
        return of(RandomText.hex32(), "SYSTEM", "disconnect", null, Json.object(), Json.write(Json.object().put("reason", reason)), now);
    }

    /** CONNECTED, REGISTERED, KEEPALIVE (docs/protocol.md 2.5). */
    static SimulatedFrame greeting(String topic, Instant now) {
        return of(RandomText.hex32(), "SYSTEM", topic, null, Json.object(), "{}", now);
    }

    private static ObjectNode ofApp(SimulatedApp app, String connectionId) {
        return Json.object().put("appId", idOf("app", app)).put("connectionId", connectionId);
    }

    private static String idOf(String kind, SimulatedApp app) {
        return UUID.nameUUIDFromBytes((kind + '\n' + app.appKey()).getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static SimulatedFrame of(String messageId, String type, String topic, String opaque, ObjectNode headers, String data,
            Instant now) {
        headers.put("contentType", "application/json").put("messageId", messageId).put("time", String.valueOf(now.toEpochMilli()))
                .put("topic", topic);
        ObjectNode frame = Json.object().put("specVersion", "1.0").put("type", type);
        frame.set("headers", headers);
        return new SimulatedFrame(messageId, topic, opaque, Json.write(frame.put("data", data)));
    }
}
