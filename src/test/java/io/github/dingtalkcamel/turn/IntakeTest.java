package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntakeTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private Store store;
    private Inbox inbox;
    private KeyedQueue queue;
    private Intake intake;

    @BeforeEach
    void start() {
        store = Store.open("jdbc:sqlite:" + folder.resolve("test.db"), null, null);
        inbox = new Inbox(store, InstantSource.system());
        queue = new KeyedQueue(100, 50, 10);
        intake = new Intake(inbox, queue, new KeyedQueue(100, 50, 10));
    }

    @AfterEach
    void stop() {
        intake.close();
        store.close();
    }

    @Test
    void continuesTheExchangeOnceTheMessageIsStored() {
        intake.open();
        Exchange done = take("cid", "m1").join();

        assertThat(done.getException()).isNull();
        Turn turn = done.getProperty(Turn.PROPERTY, Turn.class);
        assertThat(inbox.unfinished(0, Long.MAX_VALUE, 10)).singleElement().satisfies(row -> {
            assertThat(row.id()).isEqualTo(turn.id());
            assertThat(row.payload()).isEqualTo(Spoken.payload("cid", "m1"));
        });
        queue.offer(done);
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void keepsEverythingBackUntilItIsOpened() {
        CompletableFuture<Exchange> early = take("cid", "m1");
        CompletableFuture<Exchange> duplicate = take("cid", "m1");
        store.writeAndWait(connection -> null);
        assertThat(inbox.holds("main", "m1")).isTrue();
        assertThat(early).isNotDone();

        intake.open();
        assertThat(early).succeedsWithin(SOON);
        assertThat(duplicate).succeedsWithin(SOON);
    }

    @Test
    void givesThePlaceOfADuplicateBack() {
        intake.open();
        take("cid", "m1").join();
        Exchange again = take("cid", "m1").join();

        assertThat(again.getException()).isNull();
        assertThat(again.getProperty(Turn.PROPERTY)).isNull();
        assertThat(queue.remainingCapacity()).isEqualTo(99);
    }

    @Test
    void continuesExchangesInTheOrderOfTheirRows() throws Exception {
        queue = new KeyedQueue(10_000, 10_000, 10);
        intake = new Intake(inbox, queue, new KeyedQueue(100, 50, 10));
        intake.open();
        List<Long> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<?>> all = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int number = t;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 100; i++) {
                    Exchange exchange = exchange("cid", number + "-" + i);
                    CompletableFuture<Void> done = new CompletableFuture<>();
                    all.add(done);
                    intake.turns().process(exchange, sync -> {
                        order.add(exchange.getProperty(Turn.PROPERTY, Turn.class).id());
                        done.complete(null);
                    });
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))).succeedsWithin(SOON);

        assertThat(order).hasSize(800).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void refusesWhatFindsNoPlaceWithoutStoringIt() {
        intake.open();
        for (int i = 0; i < 50; i++) {
            take("cid", "m" + i).join();
        }
        Exchange refused = take("cid", "one more").join();

        assertThat(refused.getException()).isInstanceOf(QueueFullException.class).hasMessageContaining("dingtalk.conversation-capacity");
        assertThat(inbox.holds("main", "one more")).isFalse();
        assertThat(take("another", "n1").join().getProperty(Turn.PROPERTY)).isNotNull();
        assertDuplicate(take("cid", "m7").join());
    }

    @Test
    void refusesWhatCantBeStoredAndGivesItsPlaceBack() {
        intake.open();
        store.close();
        Exchange refused = take("cid", "m1").join();

        assertThat(refused.getException()).isInstanceOf(StoreException.class);
        assertThat(refused.getProperty(Turn.PROPERTY)).isNull();
        assertThat(queue.remainingCapacity()).isEqualTo(100);
    }

    @Test
    void refusesOnceTheQueueIsClosed() {
        intake.open();
        queue.close();

        assertThat(take("cid", "m1").join().getException()).isInstanceOf(QueueFullException.class);
    }

    private CompletableFuture<Exchange> take(String conversation, String msgId) {
        Exchange exchange = exchange(conversation, msgId);
        CompletableFuture<Exchange> done = new CompletableFuture<>();
        intake.turns().process(exchange, sync -> done.complete(exchange));
        return done.orTimeout(SOON.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
    }

    private static Exchange exchange(String conversation, String msgId) {
        Exchange exchange = new DefaultExchange(CONTEXT);
        exchange.setProperty(InboundMessage.PROPERTY, Spoken.in(conversation, msgId));
        exchange.setProperty(Delivery.PROPERTY, Spoken.delivery(conversation, msgId));
        return exchange;
    }

    @Test
    void refusesWhatHasNoRoomInMemory() {
        queue = new KeyedQueue(100, 50, 10, Duration.ZERO, 2 * Turn.bytes(Spoken.payload("cid", "m1")));
        intake = new Intake(inbox, queue, new KeyedQueue(100, 50, 10));
        intake.open();
        assertThat(take("cid", "m1").join().getException()).isNull();
        assertThat(take("cid", "m2").join().getException()).isNull();

        assertThat(take("cid", "m3").join().getException()).isInstanceOf(QueueFullException.class);
        assertThat(inbox.holds("main", "m3")).isFalse();
        assertDuplicate(take("cid", "m1").join());
    }

    /** A message that is stored already is answered as before and makes no turn, also while the queue is full. */
    private static void assertDuplicate(Exchange exchange) {
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getProperty(Turn.PROPERTY)).isNull();
    }
}
