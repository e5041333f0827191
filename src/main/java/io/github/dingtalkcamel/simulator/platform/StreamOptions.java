package io.github.dingtalkcamel.simulator.platform;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.dingtalkcamel.simulator.stream.Disconnect;

/**
 * How the simulator's Stream side runs. All of its times are real time.
 *
 * @param pingEvery          between two SYSTEM pings on a connection (docs/protocol.md 2.5)
 * @param webSocketPingEvery between two pings of the WebSocket protocol itself; zero: none, as far as is known of DingTalk
 * @param silence            from a disconnect frame to the closing of the connection, unless a {@link Disconnect} says otherwise
 * @param eventRetries       how long after an event that was answered LATER, wrongly or not at all it is pushed again, and how often;
 *                           Stream's own schedule is not documented, the default is that of HTTP pushes (docs/protocol.md 2.7, 5.5)
 * @param greets             whether CONNECTED, REGISTERED and KEEPALIVE are sent, which clients must not wait for (docs/protocol.md 2.5)
 * @param tls                a second port that speaks TLS; null: none
 * @param announcesTls       whether clients get the endpoint with TLS
 */
public record StreamOptions(Duration pingEvery, Duration webSocketPingEvery, Duration silence, List<Duration> eventRetries, boolean greets,
        Tls tls, boolean announcesTls) {

    /**
     * A port with TLS.
     *
     * @param keyStore PKCS12, with the key and a certificate that names the simulator's host
     * @param port     0 takes a free one
     */
    public record Tls(Path keyStore, String password, int port) {

        public Tls {
            Objects.requireNonNull(keyStore, "keyStore");
            Objects.requireNonNull(password, "password");
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
            }
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "Tls[keyStore=" + keyStore + ", port=" + port + "]";
        }
    }

    public StreamOptions {
        eventRetries = List.copyOf(eventRetries);
        if (pingEvery.toMillis() < 1 || silence.toMillis() < 1 || eventRetries.stream().anyMatch(delay -> delay.toMillis() < 1)) {
            throw new IllegalArgumentException("pingEvery, silence and eventRetries must be at least 1 ms");
        }
        if (webSocketPingEvery.isNegative()) {
            throw new IllegalArgumentException("webSocketPingEvery must not be negative");
        }
        if (announcesTls && tls == null) {
            throw new IllegalArgumentException("an endpoint with TLS needs a key store: set tls");
        }
    }

    /** A ping every 25 s, 10 s of silence, events again after 10 s and 30 s, no greetings, no TLS. */
    public static StreamOptions defaults() {
        return new StreamOptions(Duration.ofSeconds(25), Duration.ZERO, Duration.ofSeconds(10),
                List.of(Duration.ofSeconds(10), Duration.ofSeconds(30)), false, null, false);
    }

    public StreamOptions pingEvery(Duration value) {
        return new StreamOptions(value, webSocketPingEvery, silence, eventRetries, greets, tls, announcesTls);
    }

    public StreamOptions webSocketPingEvery(Duration value) {
        return new StreamOptions(pingEvery, value, silence, eventRetries, greets, tls, announcesTls);
    }

    public StreamOptions silence(Duration value) {
        return new StreamOptions(pingEvery, webSocketPingEvery, value, eventRetries, greets, tls, announcesTls);
    }

    public StreamOptions eventRetries(Duration... values) {
        return new StreamOptions(pingEvery, webSocketPingEvery, silence, List.of(values), greets, tls, announcesTls);
    }

    public StreamOptions greets(boolean value) {
        return new StreamOptions(pingEvery, webSocketPingEvery, silence, eventRetries, value, tls, announcesTls);
    }

    /** Listens with TLS too, and gives clients that endpoint. */
    public StreamOptions tls(Tls value) {
        return new StreamOptions(pingEvery, webSocketPingEvery, silence, eventRetries, greets, value, value != null);
    }

    public StreamOptions announcesTls(boolean value) {
        return new StreamOptions(pingEvery, webSocketPingEvery, silence, eventRetries, greets, tls, value);
    }
}
