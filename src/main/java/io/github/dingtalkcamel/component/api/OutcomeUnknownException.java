package io.github.dingtalkcamel.component.api;

/** No answer in time, or none that can be understood: it may have been done. Not sent again, so that no recipient reads it twice. */
public class OutcomeUnknownException extends DingTalkException {

    /** What is left to do when it is not known whether a message arrived. */
    public static final String ASK = "Ask the recipient whether it arrived";

    public OutcomeUnknownException(String code, String message, String remedy, Throwable cause) {
        super(code, message, remedy, Outcome.UNKNOWN, cause);
    }
}
