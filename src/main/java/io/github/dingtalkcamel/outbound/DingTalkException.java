package io.github.dingtalkcamel.outbound;

/**
 * DingTalk did not do what it was asked. The sub-types say what may be done about it.
 * <p>
 * The message never holds a token or a session webhook.
 */
public abstract class DingTalkException extends Exception {

    private final String code;
    private final String remedy;

    protected DingTalkException(String code, String message, String remedy, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.remedy = remedy;
    }

    /** DingTalk's error code, or our word for it where there was no answer. */
    public String code() {
        return code;
    }

    /** What a person can do. */
    public String remedy() {
        return remedy;
    }
}
