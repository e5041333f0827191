package io.github.dingtalkcamel.cluster;

import java.time.Clock;

/**
 * What the nodes on one store share, or a process that has its store for itself.
 *
 * @param leases which node works on a conversation
 * @param claims which node does what only one does
 * @param clock  the same on all nodes
 */
public record Sharing(Leases leases, Claims claims, Clock clock) {

    /** Of a process that has its store for itself. */
    public static Sharing alone(Clock clock) {
        return new Sharing(Leases.ALONE, Claims.ALONE, clock);
    }
}
