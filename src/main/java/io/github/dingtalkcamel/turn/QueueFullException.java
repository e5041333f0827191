package io.github.dingtalkcamel.turn;

import io.github.dingtalkcamel.component.http.HttpError;

/** The queue has no room for another turn, in this conversation or at all. Nothing was stored: the sender may try again. */
public class QueueFullException extends Exception implements HttpError {

    public QueueFullException() {
        super("Too many messages wait to be answered. Try again later, or raise dingtalk.queue-capacity or dingtalk.conversation-capacity");
    }

    @Override
    public int httpStatus() {
        return 503;
    }

    @Override
    public String errorCode() {
        return "queue_full";
    }
}
