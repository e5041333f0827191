package io.github.dingtalkcamel.component.api;

/**
 * Tells what an exchange waits for that the wait should end. An application puts one into the exchange property {@link #PROPERTY}; without
 * it nothing can be stopped. Safe for use by many threads.
 */
public interface StopSignal {

    /** Exchange property that holds it. */
    String PROPERTY = "CamelDingTalkCancellation";

    /** Whether the wait should have ended. */
    boolean isStopped();

    /**
     * Registers a call. It is ended when the signal comes, and at once where that was before.
     *
     * @param call must not block when it is ended
     */
    void whenStopped(Call call);

    /** Something that can be ended, and may be over. */
    interface Call {

        /** Ends it; nothing happens where it is over. */
        void end();

        /** True when there is nothing left to end. */
        boolean isOver();
    }
}
