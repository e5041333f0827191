package io.github.dingtalkcamel.simulator.platform;

import java.time.Instant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.text.Json;

/**
 * A request for a Stream connection (docs/protocol.md 2.1).
 *
 * @param time     by the simulator's clock
 * @param clientId the app key in its body; null without one
 * @param status   what was answered; 0 if the call was dropped or is never answered
 */
public record OpenCall(Instant time, String clientId, int status) {

    /** The path that registers Stream connections. */
    public static final String PATH = "/v1.0/gateway/connections/open";

    static OpenCall of(RecordedRequest request) {
        ObjectNode body = Json.objectOrNull(request.body());
        return new OpenCall(request.time(), body == null ? null : Json.text(body, "clientId"), request.status());
    }
}
