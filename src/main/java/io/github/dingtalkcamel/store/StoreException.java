package io.github.dingtalkcamel.store;

/** The store can't be opened, read or written. Nothing of the work was kept. */
public class StoreException extends RuntimeException {

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
