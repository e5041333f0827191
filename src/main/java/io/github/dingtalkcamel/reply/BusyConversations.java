package io.github.dingtalkcamel.reply;

import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The conversations that got the notice "queue is full" within the last minute, for an idempotent consumer. Holds at most {@value #MOST}:
 * where more conversations get it within a minute, one of them may get it twice. Lost at a restart.
 */
public final class BusyConversations extends ServiceSupport implements IdempotentRepository {

    static final int MOST = 10_000;
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Cache<String, Boolean> notified;

    public BusyConversations() {
        this(Ticker.systemTicker());
    }

    /** @param ticker tells the time in nanoseconds */
    BusyConversations(Ticker ticker) {
        notified = Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(PAUSE).ticker(ticker).executor(Runnable::run).build();
    }

    /** True where the conversation got no notice within the last minute; it counts as notified from now on. */
    @Override
    public boolean add(String conversation) {
        return notified.asMap().putIfAbsent(conversation, Boolean.TRUE) == null;
    }

    @Override
    public boolean contains(String conversation) {
        return notified.getIfPresent(conversation) != null;
    }

    @Override
    public boolean remove(String conversation) {
        return notified.asMap().remove(conversation) != null;
    }

    @Override
    public boolean confirm(String conversation) {
        return contains(conversation);
    }

    @Override
    public void clear() {
        notified.invalidateAll();
    }

    /** How many conversations are held, for tests of the bound. */
    long held() {
        notified.cleanUp();
        return notified.estimatedSize();
    }
}
