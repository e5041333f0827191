package io.github.dingtalkcamel.component.stream;

/** Is told when a Stream connection can receive messages, and when it no longer can. Called on the thread that all connections share: must not wait. */
public interface StreamListener {

    /** It can receive messages. */
    void up(String integration, int connection);

    /** It ended, or is being replaced. */
    void down(String integration, int connection, String reason);
}
