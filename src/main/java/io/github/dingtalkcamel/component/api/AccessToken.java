package io.github.dingtalkcamel.component.api;
import java.time.Duration;
import java.time.Instant;

import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * An access token of one app (docs/protocol.md 1.1).
 *
 * @param refreshAt from here on a new one is asked for ahead of need: ten minutes before the end, or the last quarter of a short life
 * @param expiresAt from here on it is not used
 */
public record AccessToken(Secret value, Instant refreshAt, Instant expiresAt) {

    private static final Duration AHEAD = Duration.ofMinutes(10);
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);

    /** A token as DingTalk gave it out just now, for so long. */
    public static AccessToken issued(String value, Instant now, Duration life) {
        Duration quarter = life.dividedBy(4);
        Duration ahead = quarter.compareTo(AHEAD) < 0 ? quarter : AHEAD;
        Duration margin = ahead.dividedBy(2).compareTo(CLOCKS_DIFFER) < 0 ? ahead.dividedBy(2) : CLOCKS_DIFFER;
        return new AccessToken(Secret.of(value), now.plus(life).minus(ahead), now.plus(life).minus(margin));
    }
}
