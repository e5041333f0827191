package io.github.dingtalkcamel.settings;

/** The process can't start; the message says what to do. */
public class StartException extends RuntimeException {

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
