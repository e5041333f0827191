package io.github.dingtalkcamel.cluster;

import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.store.CommitKey;

/**
 * A node's right to work on a conversation. Safe for use by many threads.
 * <p>
 * Promises: once {@link #isValid} is false it stays so, and writes by {@link #key} fail as soon as another node has the conversation.
 */
public final class Lease {

    /** Of a process that has its store for itself. */
    public static final Lease ALONE = new Lease(CommitKey.NONE, true, () -> true);
    /** Another node works on the conversation. */
    public static final Lease ELSEWHERE = new Lease(CommitKey.NONE, false, () -> true);

    private final CommitKey key;
    private final boolean here;
    private final BooleanSupplier isNodeAlive;
    private volatile boolean lost;

    private Lease(CommitKey key, boolean here, BooleanSupplier isNodeAlive) {
        this.key = key;
        this.here = here;
        this.isNodeAlive = isNodeAlive;
    }

    /** @param isNodeAlive false, and never true again, once this node must not work under its present id */
    static Lease of(CommitKey key, BooleanSupplier isNodeAlive) {
        return new Lease(key, true, isNodeAlive);
    }

    /** Goes with each write of the conversation's turns. */
    public CommitKey key() {
        return key;
    }

    /** Whether this node works on the conversation. */
    public boolean isHere() {
        return here;
    }

    /** Whether this node may still work on the conversation. Does not ask the store. */
    public boolean isValid() {
        return !lost && isNodeAlive.getAsBoolean();
    }

    void lose() {
        lost = true;
    }
}
