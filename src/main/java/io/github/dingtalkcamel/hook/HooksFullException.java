package io.github.dingtalkcamel.hook;

import io.github.dingtalkcamel.component.http.HttpError;

/** The queue of the hooks has no room for another event. Nothing was queued: DingTalk delivers the event again. */
public final class HooksFullException extends RuntimeException implements HttpError {

    HooksFullException() {
        // no stack trace: thrown as often as events arrive while hooks are slow
        super("The event could not be handed on. Try again later", null, false, false);
    }

    @Override
    public int httpStatus() {
        return 503;
    }

    @Override
    public String errorCode() {
        return "hooks_full";
    }
}
