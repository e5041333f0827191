package io.github.dingtalkcamel.cluster;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.store.StoreException;

/** The turns and commands that a node has in memory, as the cluster sees them. Conversations are named by their key. */
public interface NodeWork {

    /**
     * A turn that was read from the store.
     *
     * @param seq     its number in its conversation
     * @param queue   queues it
     * @param discard gives back what it holds, where it is not queued
     */
    record Read(long seq, Runnable queue, Runnable discard) {
    }

    /**
     * What a conversation has in the store.
     *
     * @param turns unfinished ones, in their order
     * @param seq   the number of the last turn that had been stored by then; none up to it is missing
     */
    record Reading(List<Read> turns, long seq) {
    }

    /** Unfinished turns of a conversation after this number. What can't be a turn any more becomes a dead letter meanwhile. */
    Reading read(String conversation, long afterSeq, Lease lease) throws StoreException;

    /** Queues commands and refusals of a node that is gone. */
    void takeCommands(List<Long> ids) throws StoreException;

    /** Whether nothing of the conversation is in memory. */
    boolean isIdle(String conversation);

    /** Whether a turn of the conversation is being answered. */
    boolean isRunning(String conversation);

    /** How many more turns could run now. */
    int free();

    /** Another node works on the conversation, or will: cancels what runs by this lease, and forgets what waits. */
    void drop(String conversation, Lease lease);

    /** The turns that are being answered. */
    Collection<Long> running();

    /**
     * A user stopped these turns by another node.
     *
     * @param turns by id, the name of the user, or null where it is not known
     */
    void stop(Map<Long, String> turns);
}
