package io.github.dingtalkcamel.component.api;

/** The access token is not, or no longer, valid (docs/protocol.md 1.4). */
public class InvalidTokenException extends RetryableException {

    public InvalidTokenException(String code, String message, String remedy, Throwable cause) {
        super(code, message, remedy, cause);
    }
}
