package io.github.dingtalkcamel.reply;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.ExchangeProperty;

/** Tells senders whose message found no room in the queue: at most once a minute in each conversation. */
public final class BusyNotice {

    private static final long PAUSE_MILLIS = Duration.ofMinutes(1).toMillis();
    private static final int MAX_CONVERSATIONS = 10_000;

    private final Notices notices;
    private final InstantSource clock;
    /** When each conversation was told, the longest ago first. */
    private final Map<String, Long> told = new LinkedHashMap<>();

    public BusyNotice(Notices notices, InstantSource clock) {
        this.notices = notices;
        this.clock = clock;
    }

    /** Whether this conversation is to be told now; if so, it won't be again for a minute. */
    public synchronized boolean isDue(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        long now = clock.millis();
        told.values().removeIf(at -> at + PAUSE_MILLIS <= now || at > now);
        String key = message.integration() + '/' + message.conversationId();
        if (told.containsKey(key) || told.size() >= MAX_CONVERSATIONS) {
            return false;
        }
        told.put(key, now);
        return true;
    }

    /** The notice as a reply of one chunk. */
    public Reply reply(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return new Reply(List.of(notices.busy(message)), 0, "busy");
    }
}
