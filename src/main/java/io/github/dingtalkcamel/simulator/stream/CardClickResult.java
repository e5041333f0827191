package io.github.dingtalkcamel.simulator.stream;

import java.time.Duration;

/**
 * What an app answered to the press on a card's button.
 *
 * @param connectionId where it was pushed; null if nowhere
 * @param messageId    of the push; null if there was none
 * @param code         of the answer; 0 without
 * @param response     {@code data.response} as JSON: what is applied to the card; null without, and for {@code null}
 * @param fault        why it is not applied: no connection, no answer within 2 s, a code other than 200, no response, or variables
 *                     that are no texts; else null
 * @param took         from the push to the answer or until it was given up, in real time
 */
public record CardClickResult(String connectionId, String messageId, int code, String response, String fault, Duration took) {

    public boolean accepted() {
        return fault == null;
    }
}
