package io.github.dingtalkcamel.turn;

/** No place for another turn, in this conversation or at all. Nothing was stored: the sender may try again. */
public class QueueFullException extends Exception {

    public QueueFullException() {
        super("Too many messages wait to be answered. Try again later, or raise dingtalk.queue-capacity or dingtalk.conversation-capacity");
    }
}
