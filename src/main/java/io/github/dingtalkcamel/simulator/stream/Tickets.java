package io.github.dingtalkcamel.simulator.stream;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import io.github.dingtalkcamel.simulator.platform.Recent;
import io.github.dingtalkcamel.simulator.text.RandomText;

/** Tickets, each for one connection within 90 s (docs/protocol.md 2.1). The last 10,000 unused ones are kept. */
final class Tickets {

    static final Duration LIFE = Duration.ofSeconds(90);
    private static final int REMEMBERED = 10_000;

    private final InstantSource clock;
    private final Recent<String, Ticket> unused = new Recent<>(REMEMBERED);

    Tickets(InstantSource clock) {
        this.clock = clock;
    }

    record Ticket(String id, String appKey, List<Subscription> subscriptions, Instant expiresAt) {
    }

    Ticket issue(String appKey, List<Subscription> subscriptions) {
        Ticket ticket = new Ticket(RandomText.uuid(), appKey, subscriptions, clock.instant().plus(LIFE));
        unused.put(ticket.id(), ticket);
        return ticket;
    }

    /** Takes the ticket out of circulation; null if it is unknown, used or expired. */
    Ticket use(String id) {
        Ticket ticket = id == null ? null : unused.remove(id);
        return ticket != null && clock.instant().isBefore(ticket.expiresAt()) ? ticket : null;
    }
}
