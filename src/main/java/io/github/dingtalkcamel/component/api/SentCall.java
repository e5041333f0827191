package io.github.dingtalkcamel.component.api;

import java.util.concurrent.CompletableFuture;

/** An HTTP call that was begun. */
interface SentCall {

    /** A whole answer. @param status the HTTP status */
    record Received(int status, byte[] body) {
    }

    /** Completed once, on any thread, with the answer or with why there is none. Nothing may wait there. */
    CompletableFuture<Received> received();

    /** Ends the call, if it is not over. */
    void end();

    /** False as long as surely nothing was sent. */
    boolean isUnderWay();

    /** Whether the other side has begun to answer. */
    boolean began();
}
