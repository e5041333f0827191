package io.github.dingtalkcamel.server;

import io.github.dingtalkcamel.component.http.HttpError;

/** A request's body is larger than this path accepts. */
public class TooLargeException extends Exception implements HttpError {

    public TooLargeException(int limit) {
        super("The body is larger than " + limit + " bytes", null, false, false);
    }

    @Override
    public int httpStatus() {
        return 413;
    }

    @Override
    public String errorCode() {
        return "too_large";
    }
}
