package io.github.dingtalkcamel.simulator;

import java.time.Instant;

/**
 * A sent message by its processQueryKey, for recall (protocol 6.4).
 *
 * @param group the group that it is in, null for those to people
 */
record SentKey(String robotCode, String group, Instant at, boolean recalled) {

    SentKey asRecalled() {
        return new SentKey(robotCode, group, at, true);
    }
}
