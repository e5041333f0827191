package io.github.dingtalkcamel.outbound;

/** Nothing was sent: the host is away, or the API has no permit left. Whoever may wait waits in {@link Line} for {@link #line()}. */
public class NotNowException extends RetryableException {

    private final String line;

    public NotNowException(String code, String message, String remedy, String line) {
        super(code, message, remedy, null);
        this.line = line;
    }

    /** Name of what has to open first. */
    public String line() {
        return line;
    }
}
