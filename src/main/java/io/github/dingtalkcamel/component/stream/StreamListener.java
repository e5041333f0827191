package io.github.dingtalkcamel.component.stream;

/**
 * Is notified when a Stream connection can receive messages, and when it no longer can. Called on the thread that all connections share:
 * must not block.
 */
public interface StreamListener {

    /** It can receive messages. */
    void up(String integration, int connection);

    /** It ended, or is being replaced. */
    void down(String integration, int connection, String reason);
}
