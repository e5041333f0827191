package io.github.dingtalkcamel.agent;

/** An agent's reply is larger than a chat can show: the agent counts as failed. */
final class ReplyTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ReplyTooLargeException() {
        super("The agent's reply has more than 1 MiB: let the agent answer with less, or send a file", null, false, false);
    }
}
