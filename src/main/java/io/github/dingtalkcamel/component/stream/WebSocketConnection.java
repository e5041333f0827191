package io.github.dingtalkcamel.component.stream;

/** An open connection, as its owner sees it. Safe to use from any thread; nothing here waits. */
interface WebSocketConnection {

    /** Sends a frame after those that wait. */
    void send(String frame);

    /** Sends a frame before those that wait. */
    void sendFirst(String frame);

    /** Sends a WebSocket ping. */
    void ping();

    /** Sends what waits, then a close frame. */
    void close();

    /** Cuts the connection. */
    void abort();

    /** What happens on a connection. Called one after the other on the thread that reads it: implementations must not block. */
    interface Events {

        /** First of all. */
        void opened(WebSocketConnection link);

        /** A whole text frame, at most {@link io.github.dingtalkcamel.component.message.Body#MAX_SIZE} characters. */
        void text(String frame);

        /** A frame that was larger, or not text, of which only the beginning is left. */
        void refused(String beginning, String reason);

        /** The answer to a WebSocket ping. */
        void pong();

        /** Last of all, once; may come on another thread. */
        void closed(String reason);
    }
}
