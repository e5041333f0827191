package io.github.dingtalkcamel.simulator.stream;

import java.time.Instant;
import java.util.Objects;

import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;

/**
 * Something that happened in the organisation, for Stream (docs/protocol.md 2.6, 5.6).
 *
 * @param app    key of the app it is for; null: the first
 * @param type   such as {@code user_add_org}
 * @param id     eventId, the same at each redelivery
 * @param bornAt eventBornTime
 * @param data   a JSON object
 */
public record SimulatedEvent(String app, String type, String id, Instant bornAt, String data) {

    public SimulatedEvent {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(bornAt, "bornAt");
        Json.required(data, "an event's data");
    }

    /** For the first app, with a new id, born just now. */
    public static SimulatedEvent of(String type, String data) {
        return new SimulatedEvent(null, type, RandomText.hex32(), Instant.now(), data);
    }

    public SimulatedEvent to(String appKey) {
        return new SimulatedEvent(appKey, type, id, bornAt, data);
    }

    public SimulatedEvent id(String value) {
        return new SimulatedEvent(app, type, value, bornAt, data);
    }

    public SimulatedEvent bornAt(Instant value) {
        return new SimulatedEvent(app, type, id, value, data);
    }
}
