package io.github.dingtalkcamel.reload;

/** A file of routes that can't be used. The message names the file, the line where it is known, and what to mend. */
public class BadRoutesException extends RuntimeException {

    public BadRoutesException(String message, Throwable cause) {
        super(message, cause);
    }
}
