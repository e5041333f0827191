package io.github.dingtalkcamel.component.model;

import java.time.Duration;

import dev.langchain4j.exception.HttpException;

/** An answer of the model's server that is no success. */
final class HttpRefusal extends HttpException {

    private static final long serialVersionUID = 1L;

    private final transient Duration retryAfter;

    /** @param body as far as it was read. @param retryAfter null where the server gives none */
    HttpRefusal(int status, String body, Duration retryAfter) {
        super(status, body);
        this.retryAfter = retryAfter;
    }

    Duration retryAfter() {
        return retryAfter;
    }
}
