package io.github.dingtalkcamel.server;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Bytes that many requests may hold together. What does not fit is not held: a request that wants more is refused, or, where a larger one
 * is still being read, that one gives way, so that large bodies that come slowly keep no small one out. Safe for use by several threads.
 */
public final class ByteBudget {

    private final long capacity;
    private final Set<Share> reading = new LinkedHashSet<>();
    private long used;
    private long refused;

    public ByteBudget(long capacity) {
        this.capacity = capacity;
    }

    /** So much of the largest heap that the JVM may use, within bounds. */
    public static ByteBudget ofHeap(int divisor, long least, long most) {
        return new ByteBudget(Math.max(least, Math.min(most, Runtime.getRuntime().maxMemory() / divisor)));
    }

    /** What one request holds; nothing at first. */
    public final class Share implements AutoCloseable {

        private final Runnable evict;
        private long held;
        private boolean closed;

        private Share(Runnable evict) {
            this.evict = evict;
        }

        /** Holds so many bytes from now on, if there is room, or room can be made; otherwise holds what it held, and false. */
        public boolean resize(long bytes) {
            List<Share> leaving = new ArrayList<>();
            boolean fits;
            synchronized (ByteBudget.this) {
                if (closed) {
                    return false;
                }
                while (used - held + bytes > capacity) {
                    Share largest = reading.stream().filter(share -> share != this && share.held > bytes)
                            .reduce((one, other) -> other.held > one.held ? other : one).orElse(null);
                    if (largest == null) {
                        break;
                    }
                    largest.drop();
                    leaving.add(largest);
                }
                fits = used - held + bytes <= capacity;
                if (fits) {
                    used += bytes - held;
                    held = bytes;
                } else {
                    refused++;
                }
                refused += leaving.size();
            }
            leaving.forEach(share -> share.evict.run());
            return fits;
        }

        /** As {@link #resize}; of more than the whole budget it holds the whole budget. */
        boolean resizeWithin(long bytes) {
            return resize(Math.min(bytes, capacity));
        }

        /** It is read whole: it gives way to none any more. */
        public void complete() {
            synchronized (ByteBudget.this) {
                reading.remove(this);
            }
        }

        /** Gives everything back; once is enough. */
        @Override
        public void close() {
            synchronized (ByteBudget.this) {
                drop();
            }
        }

        private void drop() {
            if (!closed) {
                closed = true;
                used -= held;
                held = 0;
                reading.remove(this);
            }
        }
    }

    /** @param evict called, on any thread, when the share was withdrawn because a smaller request needs the room */
    Share open(Runnable evict) {
        Share share = new Share(evict);
        synchronized (this) {
            reading.add(share);
        }
        return share;
    }

    /** Bytes that requests hold now. */
    public synchronized long used() {
        return used;
    }

    public long capacity() {
        return capacity;
    }

    /** Requests that were refused because they did not fit. */
    public synchronized long refused() {
        return refused;
    }
}
