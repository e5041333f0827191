package io.github.dingtalkcamel.store;
import io.github.dingtalkcamel.component.http.HttpError;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;

/** The store can't be opened, read or written. Nothing of the work was kept. */
public class StoreException extends RuntimeException implements HttpError {

    public StoreException(String message, Throwable cause) {
        // drivers quote what they were given
        super(KnownSecrets.clean(message), cause);
    }

    @Override
    public int httpStatus() {
        return 503;
    }

    @Override
    public String errorCode() {
        return "store_unavailable";
    }

    /** Without the driver's text, which is for the log. */
    @Override
    public String errorMessage() {
        return "The store does not answer. Try again later";
    }
}
