package io.github.dingtalkcamel.bench;
import java.util.Locale;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the driver saw of one phase.
 *
 * @param answered messages with their reply
 * @param p50      of push to reply, in milliseconds, from the timetable's time in an open loop
 * @param p99      likewise
 */
record PhaseResult(int sent, int answered, double perSecond, double p50, double p99, int refused, int lost, int doubled, int outOfOrder,
        String refusal) {

    static PhaseResult of(JsonNode json) {
        return new PhaseResult(json.path("sent").asInt(), json.path("answered").asInt(), json.path("perSecond").asDouble(),
                json.path("p50").asDouble(), json.path("p99").asDouble(), json.path("refused").asInt(), json.path("lost").asInt(),
                json.path("doubled").asInt(), json.path("outOfOrder").asInt(), json.path("refusal").asText(""));
    }

    boolean complete() {
        return refused == 0 && lost == 0 && doubled == 0;
    }

    String faults() {
        return String.format(Locale.ROOT, "%d sent, %d refused, %d lost, %d doubled, %d out of order %s", sent, refused, lost, doubled,
                outOfOrder, refusal);
    }
}
