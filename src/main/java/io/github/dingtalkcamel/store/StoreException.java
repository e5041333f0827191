package io.github.dingtalkcamel.store;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;

/** The store can't be opened, read or written. Nothing of the work was kept. */
public class StoreException extends RuntimeException {

    public StoreException(String message, Throwable cause) {
        // drivers quote what they were given
        super(KnownSecrets.clean(message), cause);
    }
}
