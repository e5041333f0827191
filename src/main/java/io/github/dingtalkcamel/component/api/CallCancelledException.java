package io.github.dingtalkcamel.component.api;

/** The caller did not want the call any more when its permission came: nothing was sent. */
public class CallCancelledException extends DingTalkException {

    public CallCancelledException() {
        super("cancelled", "The call was cancelled before it was made", "Nothing to do: nothing was sent", Outcome.NOT_DONE, null);
    }
}
