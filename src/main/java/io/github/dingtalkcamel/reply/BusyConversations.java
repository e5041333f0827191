package io.github.dingtalkcamel.reply;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The conversations that were told within the last minute that the queue is full, at most {@value #MOST}: while so many are known, no
 * further one is told.
 */
public final class BusyConversations extends ServiceSupport implements IdempotentRepository {

    private static final long PAUSE_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final int MOST = 10_000;

    private final InstantSource clock;
    /** When each was told, the longest ago first. */
    private final Map<String, Long> told = new LinkedHashMap<>();

    public BusyConversations(InstantSource clock) {
        this.clock = clock;
    }

    /** True where the conversation is to be told now; if so, it is not again for a minute. */
    @Override
    public synchronized boolean add(String conversation) {
        forgetOld();
        return !told.containsKey(conversation) && told.size() < MOST && told.put(conversation, clock.millis()) == null;
    }

    private void forgetOld() {
        long now = clock.millis();
        told.values().removeIf(at -> at + PAUSE_MILLIS <= now || at > now);
    }

    @Override
    public synchronized boolean contains(String conversation) {
        forgetOld();
        return told.containsKey(conversation);
    }

    @Override
    public synchronized boolean remove(String conversation) {
        return told.remove(conversation) != null;
    }

    @Override
    public boolean confirm(String conversation) {
        return true;
    }

    @Override
    public synchronized void clear() {
        told.clear();
    }
}
