package io.github.dingtalkcamel.server;

/** A request's body is larger than this path takes. */
public class TooLargeException extends Exception {

    public TooLargeException(int limit) {
        super("The body is larger than " + limit + " bytes", null, false, false);
    }
}
