package io.github.dingtalkcamel.component.api;

/**
 * DingTalk did not do what it was asked. The sub-types say what may be done about it.
 * <p>
 * The message never holds a token or a session webhook.
 */
public abstract class DingTalkException extends Exception {

    /** The outcome of the call that failed. */
    public enum Outcome {
        /** DingTalk surely did not do it. The same call can succeed later. */
        NOT_DONE,
        /** DingTalk surely did not do it, and the same call can't succeed: something must be changed first. */
        NOT_POSSIBLE,
        /** There was no answer, or none that says. DingTalk may have done it. */
        UNKNOWN
    }

    private final String code;
    private final String remedy;
    private final Outcome outcome;

    protected DingTalkException(String code, String message, String remedy, Outcome outcome, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.remedy = remedy;
        this.outcome = outcome;
    }

    /** Whether DingTalk executed the call, as far as is known. */
    public Outcome outcome() {
        return outcome;
    }

    /** DingTalk's error code, or our word for it where there was no answer. */
    public String code() {
        return code;
    }

    /** What a person can do. */
    public String remedy() {
        return remedy;
    }

    /** With the outcome and the remedy, since this is what Camel's error handlers log. */
    @Override
    public String toString() {
        String done = switch (outcome) {
            case NOT_DONE -> "not done";
            case NOT_POSSIBLE -> "not possible";
            case UNKNOWN -> "outcome unknown";
        };
        return super.toString() + " (" + done + (remedy == null || remedy.isBlank() ? "" : "; " + remedy) + ")";
    }
}
