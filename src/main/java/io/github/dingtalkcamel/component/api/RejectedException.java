package io.github.dingtalkcamel.component.api;

/** A permanent refusal by DingTalk: sending the same request again would change nothing. */
public class RejectedException extends DingTalkException {

    public RejectedException(String code, String message, String remedy, Throwable cause) {
        super(code, message, remedy, Outcome.NOT_POSSIBLE, cause);
    }
}
