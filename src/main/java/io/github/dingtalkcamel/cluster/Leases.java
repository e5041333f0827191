package io.github.dingtalkcamel.cluster;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

import io.github.dingtalkcamel.store.CommitKey;

/** Which node works on a conversation: the strategy by which a process that is alone and a node of a cluster differ. */
public interface Leases {

    /** Of a process that has its store for itself: it works on every conversation, and keeps no record of that. */
    Leases ALONE = new Leases() {

        @Override
        public boolean isShared() {
            return false;
        }

        @Override
        public Membership.Node node() {
            return null;
        }

        @Override
        public Long nextSeq(String conversation) {
            return null;
        }

        @Override
        public Arrival arrived(String conversation) {
            return Arrival.ALONE;
        }

        @Override
        public Lease admit(Arrival arrival) {
            return Lease.ALONE;
        }

        @Override
        public void loadLater(Arrival arrival) {
            throw new IllegalStateException("This process has its store for itself");
        }

        @Override
        public Lease ofNode() {
            return Lease.ALONE;
        }

        @Override
        public CommitKey key(String conversation) {
            return CommitKey.NONE;
        }

        @Override
        public boolean isQueueFull() {
            return false;
        }

        @Override
        public void tellStopped(Connection connection, Collection<Long> turns, String person) {
            // there is no other node
        }
    };

    /** Whether other nodes work on the same store. */
    boolean isShared();

    /** This node as it is in the present transaction, or null where there is no other. Called by a write. */
    Membership.Node node();

    /** The number of the turn that a write stores now, or null where turns have none. Called by a write with {@link #key}. */
    Long nextSeq(String conversation);

    /** A write stored a turn, whose number was {@link #nextSeq}. Called by that write. */
    Arrival arrived(String conversation);

    /**
     * A turn is stored. Called for one after the other, in the order of their commits.
     *
     * @return the lease by which this node queues the turn now, or {@link Lease#ELSEWHERE} where it does not: another node does, or this
     *             one does later, after others that it has to read first
     */
    Lease admit(Arrival arrival);

    /** A turn is stored that came in earlier, such as a replay. The node that works on its conversation reads it from the store. */
    void loadLater(Arrival arrival);

    /** The lease of what belongs to this node and to no conversation, such as commands. */
    Lease ofNode();

    /** Goes with writes to a conversation that every node may make. */
    CommitKey key(String conversation);

    /**
     * Other nodes look for turns of theirs that were stopped, once the write that calls this is committed.
     *
     * @param turns  those that were being answered
     * @param person the name of the user who stopped them; null where it is not known
     */
    void tellStopped(Connection connection, Collection<Long> turns, String person) throws SQLException;

    /** Whether more turns wait on all nodes together than may. */
    boolean isQueueFull();
}
