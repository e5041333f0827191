package io.github.dingtalkcamel.simulator.platform;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;

/**
 * How a simulator runs.
 *
 * @param host        the address it binds to; loopback unless one says otherwise
 * @param port        0 takes a free one
 * @param publicUrl   the URL that goes into session webhooks, for simulators behind another name; null: from host and port
 * @param clock       decides about expiry and times; waiting and time-outs use real time
 * @param recordSize  how many deliveries, and how many requests, are remembered; each of both also holds at most a 32nd of the heap,
 *                    and 64 MiB
 * @param pushTimeout how long the application may take to answer a push
 * @param quietTime   how long a conversation must be quiet after a first reply for the reply to count as complete
 * @param stream      how its Stream side runs
 * @param hostNames   further names by which people call it, without ports; it answers them, localhost, addresses in digits, and the
 *                    host of its URL
 */
public record SimulatorOptions(String host, int port, String publicUrl, InstantSource clock, int recordSize, Duration pushTimeout,
        Duration quietTime, StreamOptions stream, Set<String> hostNames) {

    public SimulatorOptions {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(clock, "clock");
        Objects.requireNonNull(stream, "stream");
        hostNames = Set.copyOf(hostNames);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
        }
        if (recordSize < 1) {
            throw new IllegalArgumentException("recordSize must be at least 1, not " + recordSize);
        }
        if (publicUrl != null && !publicUrl.matches("https?://.*[^/]")) {
            throw new IllegalArgumentException("publicUrl must be an http or https URL without a slash at its end, not " + publicUrl);
        }
        if (pushTimeout.toMillis() < 1 || quietTime.toMillis() < 1) {
            throw new IllegalArgumentException("pushTimeout and quietTime must be at least 1 ms");
        }
    }

    /**
     * Loopback, a free port, the system's clock, 20,000 records, 5 s to answer a push, 300 ms of quiet,
     * {@link StreamOptions#defaults()}.
     */
    public static SimulatorOptions defaults() {
        return new SimulatorOptions("127.0.0.1", 0, null, InstantSource.system(), 20_000, Duration.ofSeconds(5), Duration.ofMillis(300),
                StreamOptions.defaults(), Set.of());
    }

    public SimulatorOptions host(String value) {
        return new SimulatorOptions(value, port, publicUrl, clock, recordSize, pushTimeout, quietTime, stream, hostNames);
    }

    public SimulatorOptions port(int value) {
        return new SimulatorOptions(host, value, publicUrl, clock, recordSize, pushTimeout, quietTime, stream, hostNames);
    }

    public SimulatorOptions publicUrl(String value) {
        return new SimulatorOptions(host, port, value, clock, recordSize, pushTimeout, quietTime, stream, hostNames);
    }

    public SimulatorOptions clock(InstantSource value) {
        return new SimulatorOptions(host, port, publicUrl, value, recordSize, pushTimeout, quietTime, stream, hostNames);
    }

    public SimulatorOptions recordSize(int value) {
        return new SimulatorOptions(host, port, publicUrl, clock, value, pushTimeout, quietTime, stream, hostNames);
    }

    public SimulatorOptions pushTimeout(Duration value) {
        return new SimulatorOptions(host, port, publicUrl, clock, recordSize, value, quietTime, stream, hostNames);
    }

    public SimulatorOptions quietTime(Duration value) {
        return new SimulatorOptions(host, port, publicUrl, clock, recordSize, pushTimeout, value, stream, hostNames);
    }

    public SimulatorOptions stream(StreamOptions value) {
        return new SimulatorOptions(host, port, publicUrl, clock, recordSize, pushTimeout, quietTime, value, hostNames);
    }

    public SimulatorOptions hostNames(Set<String> value) {
        return new SimulatorOptions(host, port, publicUrl, clock, recordSize, pushTimeout, quietTime, stream, value);
    }
}
