package io.github.dingtalkcamel.component.api;

/** The session webhook is no longer valid (docs/protocol.md 6.1): the robot API can still answer. */
public class SessionExpiredException extends DingTalkException {

    public SessionExpiredException(String code, String message, String remedy, Throwable cause) {
        super(code, message, remedy, Outcome.NOT_DONE, cause);
    }
}
