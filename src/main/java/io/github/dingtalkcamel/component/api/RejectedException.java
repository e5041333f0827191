package io.github.dingtalkcamel.component.api;

/** DingTalk refuses this for good: sending it again as it is would change nothing. */
public class RejectedException extends DingTalkException {

    public RejectedException(String code, String message, String remedy, Throwable cause) {
        super(code, message, remedy, Outcome.NOT_POSSIBLE, cause);
    }
}
