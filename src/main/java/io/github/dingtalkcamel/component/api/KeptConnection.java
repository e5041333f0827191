package io.github.dingtalkcamel.component.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.CancellationException;

/** A connection to a host, for one call after the other. Safe for use by many threads; nothing here waits. */
final class KeptConnection {

    private final ShortCalls calls;
    private final Origin origin;
    private final Wire wire;
    private SelectionKey key;
    /** The call under way, or null. */
    private ShortCall call;
    private AnswerReader answer;
    private boolean over;
    /** By {@link System#nanoTime}. Used by {@link ShortCalls} only. */
    private long idleSince;

    /** @param wire open */
    KeptConnection(ShortCalls calls, Origin origin, Wire wire) {
        this.calls = calls;
        this.origin = origin;
        this.wire = wire;
    }

    Origin origin() {
        return origin;
    }

    long idleSince() {
        return idleSince;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    synchronized void register(Selector selector) throws IOException {
        key = wire.nonBlocking().register(selector, SelectionKey.OP_READ, this);
        selector.wakeup();
    }

    /** Sends a call that is still wanted. @return false where the connection had ended, and nothing was sent */
    boolean send(ShortCall next) {
        boolean wanted;
        IOException broken = null;
        synchronized (this) {
            if (over) {
                return false;
            }
            next.begins(this);
            // only now: who ended the call before may have said that nothing was sent
            wanted = !next.isOver();
            if (wanted) {
                call = next;
                answer = new AnswerReader(next.limit());
                broken = write(next.bytes());
            }
        }
        if (broken != null) {
            end(broken);
        } else if (!wanted) {
            calls.idle(this);
        }
        return true;
    }

    private IOException write(byte[] bytes) {
        try {
            if (!wire.write(ByteBuffer.wrap(bytes))) {
                key.interestOpsOr(SelectionKey.OP_WRITE);
                key.selector().wakeup();
            }
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    /** It can be read or written. Called on the thread that reads all connections. */
    void ready(Wire.Buffers buffers) {
        IOException broken = null;
        ShortCall done = null;
        WholeAnswer.Received whole = null;
        boolean kept = false;
        synchronized (this) {
            if (over) {
                return;
            }
            try {
                if ((key.readyOps() & SelectionKey.OP_WRITE) != 0 && wire.flush()) {
                    key.interestOpsAnd(~SelectionKey.OP_WRITE);
                }
                if ((key.readyOps() & SelectionKey.OP_READ) != 0 && isWhole(wire.read(buffers))) {
                    whole = answer.answer();
                    kept = answer.isKept() && !wire.hasUnsent();
                    done = call;
                    call = null;
                }
            } catch (CancelledKeyException e) {
                broken = new IOException("the connection was closed", e);
            } catch (IOException e) {
                broken = e;
            }
        }
        if (broken != null) {
            end(broken);
        } else if (done != null) {
            // first, so that the caller's next call finds it
            if (kept) {
                calls.idle(this);
            } else {
                end(null);
            }
            done.answered(whole);
        }
    }

    /** @param bytes what came, or null for the end of the connection */
    private boolean isWhole(ByteBuffer bytes) throws IOException {
        if (bytes == null) {
            if (call != null && answer.ended()) {
                return true;
            }
            throw new IOException("the other side ended the connection");
        }
        if (!bytes.hasRemaining()) {
            return false;
        }
        if (call == null) {
            throw new IOException("an answer came to no call");
        }
        call.answerBegins();
        if (!answer.read(bytes)) {
            return false;
        }
        if (bytes.hasRemaining()) {
            throw new IOException("more came than the answer");
        }
        return true;
    }

    /** Ends it where it still works for that call: an answer that comes later would be taken for that of the next. */
    void endOf(ShortCall unwanted) {
        boolean works;
        synchronized (this) {
            works = call == unwanted;
        }
        if (works) {
            end(new IOException(new CancellationException()));
        }
    }

    /** Ends it, and the call under way with it. */
    void end(IOException why) {
        ShortCall lost;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            lost = call;
            call = null;
            wire.end();
        }
        calls.ended(this);
        if (lost != null) {
            lost.failed(why);
        }
    }
}
