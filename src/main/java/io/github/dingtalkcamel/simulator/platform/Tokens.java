package io.github.dingtalkcamel.simulator.platform;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.github.dingtalkcamel.simulator.text.RandomText;

/**
 * The access tokens of all apps (docs/protocol.md 1.1, 9.7): one value per app while it is valid, renewed by each call, good on both hosts;
 * a new value once it expired.
 */
public final class Tokens {

    private record Token(String value, String appKey, Instant expiresAt) {
    }

    private final InstantSource clock;
    private final Map<String, Token> byApp = new HashMap<>();
    private final Map<String, Token> byValue = new HashMap<>();
    private final Map<String, Long> issued = new HashMap<>();

    Tokens(InstantSource clock) {
        this.clock = clock;
    }

    /** The app's token, valid for {@link Platform#TOKEN_LIFE} from now. */
    public synchronized String issue(String appKey) {
        issued.merge(appKey, 1L, Long::sum);
        Token current = byApp.get(appKey);
        boolean valid = current != null && clock.instant().isBefore(current.expiresAt());
        if (!valid) {
            expire(appKey);
        }
        Token token = new Token(valid ? current.value() : RandomText.hex32(), appKey, clock.instant().plus(Platform.TOKEN_LIFE));
        byApp.put(appKey, token);
        byValue.put(token.value(), token);
        return token.value();
    }

    /** Whose token it is, or null if it is unknown or expired. */
    public synchronized String ownerOrNull(String value) {
        Token token = byValue.get(value);
        return token != null && clock.instant().isBefore(token.expiresAt()) ? token.appKey() : null;
    }

    /** Those that were not replaced or expired on request. */
    synchronized Set<String> values() {
        return Set.copyOf(byValue.keySet());
    }

    public synchronized void expire(String appKey) {
        Token token = byApp.remove(appKey);
        if (token != null) {
            byValue.remove(token.value());
        }
    }

    /** How often the app was given a token. */
    public synchronized long issued(String appKey) {
        return issued.getOrDefault(appKey, 0L);
    }
}
