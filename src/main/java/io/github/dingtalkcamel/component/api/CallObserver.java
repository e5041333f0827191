package io.github.dingtalkcamel.component.api;
import java.time.Duration;


/**
 * Learns of each call that was made to DingTalk, for metrics and traces. Called on the thread that handles the answer: must not block or
 * throw.
 */
@FunctionalInterface
public interface CallObserver {

    /** Observes nothing. */
    CallObserver NONE = (call, took, failure) -> { };

    /**
     * One call has ended. A call that is repeated with a new access token is reported twice.
     *
     * @param call    what was called, without its access token
     * @param took    from the sending until the answer was read or the call was given up
     * @param failure why it failed, or null
     */
    void called(ApiRequest call, Duration took, DingTalkException failure);
}
