package io.github.dingtalkcamel.simulator.platform;

import java.time.Instant;

/**
 * A sent message by its processQueryKey, for recall (docs/protocol.md 6.4).
 *
 * @param group the group that it is in, null for those to people
 */
public record RecallableMessage(String robotCode, String group, Instant at, boolean recalled) {

    RecallableMessage asRecalled() {
        return new RecallableMessage(robotCode, group, at, true);
    }
}
