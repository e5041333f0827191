package io.github.dingtalkcamel.simulator.model;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A call of the simulated model, and its outcome.
 *
 * @param at       when it came, by the simulator's clock
 * @param key      the bearer token; null for none
 * @param body     the request
 * @param answered completes with true when the answer was written whole, with false when the caller closed the connection before that
 */
public record ModelRequest(Instant at, String key, JsonNode body, CompletableFuture<Boolean> answered) {

    /** Without the key. */
    @Override
    public String toString() {
        return "ModelRequest[" + body + "]";
    }
}
