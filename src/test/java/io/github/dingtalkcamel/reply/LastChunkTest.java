package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.settings.AppSettings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.turn.EarlyStarts;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A turn ends soon when its reply is sent but for the last chunk: a message that is stored from then on is stored as running, and its turn
 * starts as soon as the end of this one is recorded.
 */
class LastChunkTest {

    private static final String CONVERSATION = "main\ncid";
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    Path folder;

    /** Without room for a reply that waits, so that its turn keeps its running place. */
    private final KeyedQueue queue = new KeyedQueue(10, 10, 2, Duration.ZERO, 10);
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    private KeyedQueue.Slot next;
    private Store store;
    private Replies replies;

    @BeforeEach
    void runATurnWithAMessageBehindIt() {
        store = Store.open("jdbc:sqlite:" + folder.resolve("test.db"), null, null);
        replies = new Replies(AppSettings.with(Map.of()), new Inbox(store, CLOCK), queue, new EarlyStarts(store), null,
                new RetryPolicy(Duration.ofHours(1), CLOCK), CLOCK);
        exchange.setProperty(Turn.PROPERTY, new Turn(7, Spoken.in("cid", "m1"), queue.reserve(CONVERSATION, 0), null));
        queue.offer(exchange);
        queue.poll();
        next = queue.reserve(CONVERSATION, 0);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** Its user may say the next thing before DingTalk has answered the call that sent the reply. */
    @Test
    void endsTheTurnBeforeItIsSent() {
        assertThat(next.startsAtOnce()).isFalse();
        exchange.getMessage().setBody("a short reply");
        replies.plan(exchange);

        assertThat(next.startsAtOnce()).isTrue();
    }

    @Test
    void endsTheTurnOfAReplyInSeveralOnceAllOthersAreTaken() {
        exchange.setProperty(Reply.PROPERTY, new Reply(List.of("zero", "one", "two"), 0, -1, Reply.ANSWER, List.of()));

        taken(0);
        assertThat(next.startsAtOnce()).isFalse();
        taken(1);
        assertThat(next.startsAtOnce()).isTrue();
        taken(2);
        assertThat(next.startsAtOnce()).isTrue();
    }

    @Test
    void endsTheTurnLaterWhereItHasToWait() {
        exchange.getMessage().setBody("a short reply");
        replies.plan(exchange);
        replies.setAside(exchange.getProperty(Reply.PROPERTY, Reply.class), exchange.getProperty(Turn.PROPERTY, Turn.class),
                Instant.MAX, exchange);
        assertThat(queue.yielded()).isZero();
        assertThat(next.startsAtOnce()).isFalse();

        taken(0);
        assertThat(next.startsAtOnce()).isTrue();
    }

    private void taken(int chunk) {
        exchange.getMessage().setHeader(ChunkMessage.NUMBER, chunk);
        exchange.getMessage().setHeader(DingTalkConstants.CHANNEL, "sessionWebhook");
        replies.recordChunk(exchange);
    }
}
