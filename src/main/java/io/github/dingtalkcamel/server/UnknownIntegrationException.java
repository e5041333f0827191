package io.github.dingtalkcamel.server;

import io.github.dingtalkcamel.component.http.HttpError;

/** The path names no integration, or one whose callback is off. Which of the two is not said. */
public class UnknownIntegrationException extends Exception implements HttpError {

    public UnknownIntegrationException() {
        super("No integration takes messages here: check the path's last part against your integration ids, and dingtalk.callback", null,
                false, false);
    }

    @Override
    public int httpStatus() {
        return 404;
    }

    @Override
    public String errorCode() {
        return "unknown_integration";
    }
}
