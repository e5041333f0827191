package io.github.dingtalkcamel.server;

/** The path names no integration, or one whose callback is off. Which of the two is not said. */
public class UnknownIntegrationException extends Exception {

    public UnknownIntegrationException() {
        super("No integration takes messages here: check the path's last part against your integration ids, and dingtalk.callback", null, false, false);
    }
}
