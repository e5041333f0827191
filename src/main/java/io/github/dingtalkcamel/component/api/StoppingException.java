package io.github.dingtalkcamel.component.api;

/** The process stops while something waits for DingTalk: it stays stored, and the next start continues it. */
public class StoppingException extends DingTalkException {

    public StoppingException() {
        super("stopping", "The process stops while this waits for DingTalk", "Nothing to do: the next start continues it", Outcome.NOT_DONE,
                null);
    }
}
