package io.github.dingtalkcamel;

/** The process can't start; the message says what to do. */
class StartException extends RuntimeException {

    StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
