package io.github.dingtalkcamel.cluster;

import io.github.dingtalkcamel.store.StoreException;

/** Work that one node at a time does for all of them, by name: sending to a custom robot, housekeeping. */
public interface Claims {

    /** Of a process that has its store for itself. */
    Claims ALONE = new Claims() {

        @Override
        public boolean isShared() {
            return false;
        }

        @Override
        public long hold(String name) {
            return 1;
        }

        @Override
        public void release(String name) {
            // there is no other node
        }
    };

    /** Whether other nodes work on the same store. */
    boolean isShared();

    /**
     * Claims the work where no living node has it.
     *
     * @return the number of this node's claim, which stays valid until the node is fenced or releases it; 0 where another node has the work
     */
    long hold(String name) throws StoreException;

    /** Gives the work back: another node may do it. */
    void release(String name) throws StoreException;
}
