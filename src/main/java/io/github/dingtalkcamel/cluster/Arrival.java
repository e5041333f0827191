package io.github.dingtalkcamel.cluster;

import io.github.dingtalkcamel.store.CommitKey;

/**
 * What a commit found out about the conversation of a turn that came in.
 *
 * @param key       the conversation, with the lease by which this node works on it; its fence is 0 where another node does, or none yet
 * @param seq       the turn's number in its conversation
 * @param isClaimed whether this commit made this node the one that works on the conversation
 * @param hasEarlier whether the conversation had unfinished turns before, which this node does not know
 * @param node      the node that stored the turn
 */
public record Arrival(CommitKey key, long seq, boolean isClaimed, boolean hasEarlier, Membership.Node node) {

    /** Of a process that has its store for itself. */
    public static final Arrival ALONE = new Arrival(CommitKey.NONE, 0, false, false, null);

    boolean isMine() {
        return key.fence() != 0;
    }
}
