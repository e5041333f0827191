package io.github.dingtalkcamel.server;
import java.time.Duration;

import io.vertx.core.http.HttpServerOptions;

/**
 * The bounds of one HTTP server.
 *
 * @param connections        open connections, all addresses together
 * @param unprovedPerAddress open connections of one client address on which no request has proved who sent it
 * @param headerTime         for a request's line and headers, from their first byte; also for the first byte of a new connection
 * @param unprovedBodyTime   for the whole body of a request that has not proved who sent it
 * @param progressTime       without a byte, in either direction, while a request's body or its answer is under way
 * @param idleTime           between an answer and the next request
 * @param lingerTime         for the rest of a body that is answered already, before the connection is closed
 */
public record ServerLimits(int connections, int unprovedPerAddress, Duration headerTime, Duration unprovedBodyTime, Duration progressTime,
        Duration idleTime, Duration lingerTime) {

    private static final int FEWEST = 64;
    /** Descriptors left to the store, files, connections to DingTalk and agents. */
    private static final long RESERVE = 512;

    /** The webhook's port: up to 1,000 connections, 256 unproved ones of an address; fewer where the process may open few files. */
    public static ServerLimits ofWebhook(long descriptors) {
        return usual(bounded(descriptors, 1_000), 256);
    }

    /** Ports for people and probes, management and simulator: up to 256 connections, 128 of an address. */
    public static ServerLimits ofManagement(long descriptors) {
        return usual(bounded(descriptors, 256), 128);
    }

    /** The simulator's port, which has the applications under test and their load: up to 4,000 connections, of one address too. */
    public static ServerLimits ofSimulator(long descriptors) {
        int connections = bounded(descriptors, 4_000);
        return usual(connections, connections);
    }

    private static ServerLimits usual(int connections, int perAddress) {
        return new ServerLimits(connections, Math.min(perAddress, connections), Duration.ofSeconds(10), Duration.ofSeconds(10),
                Duration.ofSeconds(30), Duration.ofSeconds(75), Duration.ofSeconds(10));
    }

    private static int bounded(long descriptors, int most) {
        return (int) Math.max(FEWEST, Math.min(most, (descriptors - RESERVE) / 3));
    }

    /** HTTP/1.1 only, and no {@code 100 Continue} before a guard has looked at the request. */
    HttpServerOptions applyTo(HttpServerOptions options) {
        return options.setHttp2ClearTextEnabled(false).setUseAlpn(false).setHandle100ContinueAutomatically(false).setTcpKeepAlive(true)
                .setDecompressionSupported(false);
    }
}
