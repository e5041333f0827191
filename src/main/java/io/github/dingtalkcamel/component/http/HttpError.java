package io.github.dingtalkcamel.component.http;

/**
 * An exception that says how a server answers it over HTTP. An exception that is none of these is a bug, and answered with status 500.
 *
 * <p>The body of such an answer is {@code {"error":{"code":…,"message":…}}}.
 */
public interface HttpError {

    /** The HTTP status, 400 to 599. */
    int httpStatus();

    /** The {@code code} of the body, for programs: it never changes. */
    String errorCode();

    /** The {@code message} of the body, for people: what was wrong and what to do. Never a secret, and never what was sent. */
    default String errorMessage() {
        return getMessage();
    }

    /** The exception's own message, which the log shows. */
    String getMessage();
}
