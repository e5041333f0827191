package io.github.dingtalkcamel.component.agent;

import io.github.dingtalkcamel.component.text.LogSafe;

/** A service behind a conversation gave no answer, or none that can be used. What it quotes of the service holds no secret. */
public final class AgentFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int QUOTED = 200;

    AgentFailedException(String message) {
        super(message);
    }

    AgentFailedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** With the first {@value #QUOTED} characters of what the service answered, in one line. */
    static AgentFailedException quoting(String message, String answer) {
        String quoted = LogSafe.of(answer, QUOTED);
        return new AgentFailedException(quoted.isEmpty() ? message + ". The answer is empty" : message + ". The answer begins: " + quoted);
    }
}
