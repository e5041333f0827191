package io.github.dingtalkcamel.tool;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.dingtalkcamel.component.api.DingTalkException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why a recipient did not get a message, or a call failed.
 *
 * @param code      DingTalk's, or our word
 * @param message   what happened
 * @param hint      what a person can do
 * @param retryable nothing was sent, and the same call, with another {@code requestId}, can succeed later
 */
public record Problem(String code, String message, String hint, boolean retryable) {

    /** The log bounds the lines of this logger. */
    private static final Logger LOG = LoggerFactory.getLogger("dingtalk.unexpected");

    static final Problem TIMEOUT = new Problem("timeout", "Not sent: timeoutMs passed before its turn came",
            "Send it again, with a larger timeoutMs", true);
    static final Problem NOT_BEGUN = new Problem("timeout", "Not done: timeoutMs passed before its turn came",
            "Call again, with a larger timeoutMs", true);
    static final Problem UNDER_WAY = new Problem("outcomeUnknown", "timeoutMs passed before DingTalk answered: it may arrive",
            "Call again with the same requestId for the outcome, which sends nothing; without a requestId ask the recipient");
    static final Problem STILL_RUNS = new Problem("outcomeUnknown", "timeoutMs passed before the tool's route ended: it still runs",
            "Call again with the same requestId for the outcome, which does nothing again; else use a larger timeoutMs");
    static final Problem CUT_SHORT = new Problem("outcomeUnknown", "The process stopped while this was sent: it may have arrived",
            "Ask the recipient; to send it again use another requestId");

    /** One that only a change can repair, or whose outcome is not known. */
    public Problem(String code, String message, String hint) {
        this(code, message, hint, false);
    }

    /** As results have it, in the shape of its JSON: {@code retryable} is there only where it is true. */
    Map<String, Object> shown() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("code", code);
        shown.put("message", message);
        shown.put("hint", hint);
        if (retryable) {
            shown.put("retryable", true);
        }
        return shown;
    }

    /** What an exception says to the caller of a tool. One that is not DingTalk's answer is logged. */
    public static Problem of(Exception cause) {
        if (cause instanceof DingTalkException said) {
            return new Problem(said.code(), said.getMessage(), said.remedy(), said.outcome() == DingTalkException.Outcome.NOT_DONE);
        }
        LOG.error("A tool failed unexpectedly", cause);
        return new Problem("internal", "It could not be done", "See the log at this time");
    }
}
