package io.github.dingtalkcamel.simulator.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.api.ApiErrorException;
import io.github.dingtalkcamel.simulator.api.ApiRequest;
import io.github.dingtalkcamel.simulator.api.ApiResponse;
import io.github.dingtalkcamel.simulator.api.SimulatedGateway;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.OpenCall;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.http.HttpMethod;

/** Registers connections: credentials and subscriptions against an endpoint and a ticket (docs/protocol.md 2.1, 9.2). */
final class StreamApi {

    private static final int MAX_SUBSCRIPTIONS = 100;
    private static final int MAX_NAME = 200;

    private final Platform platform;
    private final Tickets tickets;
    private final Supplier<String> endpoint;

    StreamApi(Platform platform, Tickets tickets, Supplier<String> endpoint) {
        this.platform = platform;
        this.tickets = tickets;
        this.endpoint = endpoint;
    }

    void register(SimulatedGateway gateway) {
        gateway.open(HttpMethod.POST, OpenCall.PATH, ApiFamily.STREAM, this::open);
    }

    private ApiResponse open(ApiRequest call) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        SimulatedApp app = platform.appOrNull(SimulatedGateway.mandatory(body, "clientId").asText());
        String secret = SimulatedGateway.mandatory(body, "clientSecret").asText();
        if (app == null || !app.appSecret().equals(secret)) {
            throw new ApiErrorException(ApiResponse.api(401, "authFailed", "鉴权失败"));
        }
        Tickets.Ticket ticket = tickets.issue(app.appKey(), subscriptions(SimulatedGateway.mandatory(body, "subscriptions")));
        return ApiResponse.api(Json.object().put("endpoint", endpoint.get()).put("ticket", ticket.id()));
    }

    private static List<Subscription> subscriptions(JsonNode array) {
        if (!array.isArray() || array.size() > MAX_SUBSCRIPTIONS) {
            throw new ApiErrorException("Invalidsubscriptions",
                    "subscriptions must be an array of at most " + MAX_SUBSCRIPTIONS + " entries");
        }
        List<Subscription> subscriptions = new ArrayList<>();
        for (JsonNode entry : array) {
            String type = Json.text(entry, "type");
            String topic = Json.text(entry, "topic");
            if (type == null || topic == null || type.length() > MAX_NAME || topic.length() > MAX_NAME) {
                throw new ApiErrorException("Invalidsubscriptions", "each subscription needs type and topic");
            }
            subscriptions.add(new Subscription(type, topic));
        }
        return List.copyOf(subscriptions);
    }
}
