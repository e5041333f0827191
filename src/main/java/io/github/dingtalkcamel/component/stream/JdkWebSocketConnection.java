package io.github.dingtalkcamel.component.stream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.dingtalkcamel.component.message.Body;
import io.github.dingtalkcamel.component.text.LogSafe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket (docs/protocol.md 2.2). Puts frames together from their fragments, up to {@link Body#MAX_SIZE} characters; asks for the
 * next piece at once, so that reading is never held up; sends one frame at a time, as the JDK demands.
 */
final class JdkWebSocketConnection implements WebSocket.Listener, WebSocketConnection {

    private static final Logger LOG = LoggerFactory.getLogger(JdkWebSocketConnection.class);

    /** Frames that wait to be sent. A server that reads so little won't read any more. */
    private static final int MAX_WAITING = 100_000;

    private final Events events;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Deque<String> waiting = new ArrayDeque<>();
    /** Guarded by {@code waiting}: a frame is on its way. */
    private boolean sending;
    /** Guarded by {@code waiting}: a close frame follows the last one. */
    private boolean closing;
    private volatile WebSocket socket;

    /** Only used by the thread that reads. */
    private final StringBuilder text = new StringBuilder();
    private boolean oversized;

    JdkWebSocketConnection(Events events) {
        this.events = events;
    }

    @Override
    public void onOpen(WebSocket webSocket) {
        socket = webSocket;
        guarded(() -> events.opened(this));
        webSocket.request(1);
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence piece, boolean last) {
        int room = Body.MAX_SIZE - text.length();
        oversized |= piece.length() > room;
        // as a String: a builder copies the client's CharBuffer one character at a time
        String part = piece.subSequence(0, Math.min(room, piece.length())).toString();
        if (last) {
            refuseOrPassOn(text.isEmpty() ? part : text.append(part).toString(), oversized);
            text.setLength(0);
            text.trimToSize();
            oversized = false;
        } else {
            text.append(part);
        }
        webSocket.request(1);
        return null;
    }

    private void refuseOrPassOn(String whole, boolean isCut) {
        guarded(() -> {
            if (isCut) {
                events.refused(whole, "the frame is larger than " + Body.MAX_SIZE + " characters");
            } else {
                events.text(whole);
            }
        });
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer piece, boolean last) {
        if (last) {
            guarded(() -> events.refused("", "the frame is binary; frames are text"));
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
        guarded(events::pong);
        webSocket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int status, String reason) {
        String words = LogSafe.of(reason);
        ended("closed by the server, status " + status + (words.isEmpty() ? "" : ": " + words));
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        LOG.debug("The connection broke", error);
        ended("the connection broke (" + error.getClass().getSimpleName() + ")");
    }

    /** An exception would make the JDK close the connection: no frame is worth that. */
    private void guarded(Runnable handling) {
        try {
            handling.run();
        } catch (RuntimeException e) {
            LOG.error("A Stream frame could not be handled", e);
        }
    }

    private void ended(String reason) {
        if (closed.compareAndSet(false, true)) {
            synchronized (waiting) {
                waiting.clear();
            }
            events.closed(reason);
        }
    }

    @Override
    public void send(String frame) {
        synchronized (waiting) {
            if (!closed.get()) {
                waiting.addLast(frame);
            }
        }
        sendWaiting();
    }

    @Override
    public void sendFirst(String frame) {
        synchronized (waiting) {
            waiting.addFirst(frame);
        }
        sendWaiting();
    }

    /** Not recursive, however much waits: a frame that is sent at once is followed by the next in the same loop. */
    private void sendWaiting() {
        while (!closed.get()) {
            String frame;
            boolean close = false;
            synchronized (waiting) {
                if (waiting.size() > MAX_WAITING) {
                    break;
                }
                if (sending) {
                    return;
                }
                frame = waiting.pollFirst();
                if (frame == null) {
                    if (!closing) {
                        return;
                    }
                    closing = false;
                    close = true;
                }
                sending = true;
            }
            CompletableFuture<WebSocket> sent = close ? socket.sendClose(WebSocket.NORMAL_CLOSURE, "") : socket.sendText(frame, true);
            if (!sent.isDone()) {
                sent.whenComplete((ok, failure) -> {
                    if (isSent(failure)) {
                        sendWaiting();
                    }
                });
                return;
            }
            if (!isSent(sent.handle((ok, failure) -> failure).join())) {
                return;
            }
        }
        if (!closed.get()) {
            cut("the server does not read what is sent");
        }
    }

    private boolean isSent(Throwable failure) {
        synchronized (waiting) {
            sending = false;
        }
        if (failure != null) {
            LOG.debug("A frame could not be sent", failure);
            cut("a frame could not be sent (" + failure.getClass().getSimpleName() + ")");
        }
        return failure == null;
    }

    @Override
    public void ping() {
        // one that can't be sent has no pong: that is noticed soon enough
        socket.sendPing(ByteBuffer.wrap("dingtalk-camel".getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public void close() {
        synchronized (waiting) {
            closing = true;
        }
        sendWaiting();
    }

    @Override
    public void abort() {
        cut("closed by us");
    }

    private void cut(String reason) {
        WebSocket opened = socket;
        if (opened != null) {
            opened.abort();
        }
        ended(reason);
    }
}
