package io.github.dingtalkcamel.tool;
import io.github.dingtalkcamel.component.api.DingTalkException;

/**
 * Why something did not become of a recipient.
 *
 * @param code    DingTalk's, or our word
 * @param message what happened
 * @param hint    what a person can do
 */
public record Problem(String code, String message, String hint) {

    static final Problem TIMEOUT = new Problem("timeout", "Not sent: timeoutMs passed before its turn came", "Send it again, with a larger timeoutMs");
    static final Problem NOT_BEGUN = new Problem("timeout", "Not done: timeoutMs passed before its turn came", "Call again, with a larger timeoutMs");
    static final Problem UNDER_WAY = new Problem("outcomeUnknown", "timeoutMs passed before DingTalk answered: it may arrive",
            "Call again with the same requestId for the outcome, which sends nothing; without a requestId ask the recipient");
    static final Problem CUT_SHORT = new Problem("outcomeUnknown", "The process stopped while this was sent: it may have arrived",
            "Ask the recipient; to send it again use another requestId");

    /** What an exception says to whoever called a tool. */
    public static Problem of(Exception cause) {
        return cause instanceof DingTalkException said ? new Problem(said.code(), said.getMessage(), said.remedy())
                : new Problem("internal", "It could not be done", "See the log at this time");
    }
}
