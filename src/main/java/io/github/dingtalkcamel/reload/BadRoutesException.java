package io.github.dingtalkcamel.reload;

/** A route file that can't be used. The message names the file, the line where it is known, and the remedy. */
public class BadRoutesException extends RuntimeException {

    public BadRoutesException(String message, Throwable cause) {
        super(message, cause);
    }
}
