package io.github.dingtalkcamel.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.Body;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.inbound.EventRepository;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is stored in the outbox, with what it tells, and how the relay hands it out. */
class OutboxTest {

    @TempDir
    Path folder;

    private long now = 1_769_600_000_456L;
    private final InstantSource clock = () -> Instant.ofEpochMilli(now);
    private Store store;
    private Outbox outbox;

    private void open(EachStore kind) {
        store = kind.open(folder);
        outbox = new Outbox(store, clock, true);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private List<JsonNode> told() throws Exception {
        List<JsonNode> told = new ArrayList<>();
        for (Outbox.Entry entry : outbox.waiting(100, Long.MAX_VALUE)) {
            told.add(Json.MAPPER.readTree(entry.payload()));
        }
        return told;
    }

    private long add(Inbox inbox, String msgId) {
        return inbox.add(Spoken.in("cidA", msgId), Spoken.payload("cidA", msgId)).join().orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void tellsAMessageAndTheEndOfItsTurn(EachStore kind) throws Exception {
        open(kind);
        Inbox inbox = new Inbox(store, clock, Leases.ALONE, 100, outbox);
        long row = add(inbox, "m1");
        assertThat(inbox.add(Spoken.in("cidA", "m1"), "{}").join()).as("a duplicate").isEmpty();
        inbox.add(Turn.Kind.COMMAND, Spoken.in("cidA", "m2"), "{}", null).join();
        store.writeAndWait(inbox.nowRunning(row, "echo", "fallback", 3L));
        store.writeAndWait(inbox.nowDone(row, 12L, null, "hello 中文"));
        store.writeAndWait(inbox.nowDone(row, 12L, null, "again"));

        List<JsonNode> told = told();

        assertThat(told).hasSize(2);
        assertThat(told.get(0).toString()).isEqualTo("{\"eventType\":\"bot_accepted\",\"eventId\":\"" + told.get(0).path("eventId").asText()
                + "\",\"integrationId\":\"main\",\"at\":\"2026-01-28T11:33:20.456Z\",\"msgId\":\"m1\",\"conversationId\":\"cidA\","
                + "\"conversationType\":\"dm\",\"conversationTitle\":null,\"senderId\":\"staff001\",\"senderNick\":null,\"messageType\":\"text\","
                + "\"turn\":\"main-" + row + "\",\"text\":\"text of m1\"}");
        assertThat(told.get(1).toString())
                .isEqualTo("{\"eventType\":\"bot_turn_finished\",\"eventId\":\"" + told.get(1).path("eventId").asText()
                + "\",\"integrationId\":\"main\",\"at\":\"2026-01-28T11:33:20.456Z\",\"msgId\":\"m1\",\"conversationId\":\"cidA\","
                + "\"conversationType\":\"dm\",\"senderId\":\"staff001\",\"turn\":\"main-" + row
                + "\",\"state\":\"done\",\"agent\":\"echo\","
                + "\"boundBy\":\"fallback\",\"agentMs\":12,\"attempts\":1,\"error\":null,\"receivedAt\":\"2026-01-28T11:33:20.456Z\","
                + "\"reply\":\"hello 中文\"}");
        assertThat(told.get(0).path("eventId").asText()).isNotBlank().isNotEqualTo(told.get(1).path("eventId").asText());
    }

    @ParameterizedTest
    @EnumSource
    void tellsTurnsThatFailedWereStoppedOrBecameDeadLetters(EachStore kind) throws Exception {
        open(kind);
        Inbox inbox = new Inbox(store, clock, Leases.ALONE, 100, outbox);
        long failed = add(inbox, "m1");
        long stopped = add(inbox, "m2");
        long dead = add(inbox, "m3");
        store.writeAndWait(inbox.nowRunning(failed, "echo", "fallback", null));
        store.writeAndWait(inbox.nowFailed(failed, "no model", 5L, null));
        inbox.stopped(CommitKey.NONE, List.of(new Turn(stopped, Spoken.in("cidA", "m2"), null, null)));
        inbox.stopped(CommitKey.NONE, List.of(new Turn(stopped, Spoken.in("cidA", "m2"), null, null)));
        new DeadLetters(store, clock, Leases.ALONE, outbox)
                .add(CommitKey.NONE, dead, "main", "cidA", new DeadLetters.Reason("310000", "no permission", "grant it"), 1, null);

        List<JsonNode> ended = told().subList(3, told().size());

        assertThat(ended).extracting(event -> event.path("eventType").asText() + " " + event.path("state").asText() + " "
                + event.path("error").asText())
                .containsExactly("bot_turn_failed failed no model", "bot_turn_finished stopped null",
                        "bot_turn_failed dead 310000: no permission");
    }

    @ParameterizedTest
    @EnumSource
    void tellsAnEventOnceWhereverItIsRepeated(EachStore kind) throws Exception {
        open(kind);
        EventRepository events = new EventRepository(store, clock, outbox);
        Delivery delivery = Delivery.streamedEvent("main", "user_add_org", "e1", Body.read("{\"userId\":[\"staff009\"]}"));
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Delivery.PROPERTY, delivery);

        assertThat(events.add(exchange, events.keyOf(delivery))).isTrue();
        assertThat(events.add(exchange, events.keyOf(delivery))).isFalse();
        outbox.recordClick(Delivery.streamedCard("main", Body.read("{\"outTrackId\":\"card-1\"}")));

        assertThat(outbox.waiting(10, Long.MAX_VALUE)).extracting(Outbox.Entry::eventType, Outbox.Entry::integration,
                Outbox.Entry::conversationId)
                .containsExactly(tuple("user_add_org", "main", null),
                        tuple("card_callback", "main", null));
        assertThat(told().get(0).path("eventId").asText()).isEqualTo("e1");
        assertThat(told().get(0).at("/data/userId/0").asText()).isEqualTo("staff009");
        assertThat(told().get(1).at("/data/outTrackId").asText()).isEqualTo("card-1");
    }

    @Test
    void isWrittenInTheSameCommitOrNotAtAll() {
        open(EachStore.SQLITE);
        Inbox inbox = new Inbox(store, clock, Leases.ALONE, 100, outbox);
        long row = add(inbox, "m1");
        store.writeAndWait(inbox.nowRunning(row, "echo", "fallback", null));
        long before = outbox.waiting();

        assertThatThrownBy(() -> store.writeAndWait(connection -> {
            inbox.nowDone(row, 1L, null, "reply").run(connection);
            throw new SQLException("the disk is full");
        })).isInstanceOf(StoreException.class);

        assertThat(outbox.waiting()).isEqualTo(before);
        assertThat(inbox.unfinished(0, row, 10)).hasSize(1);
    }

    @Test
    void switchedOffItStoresNothing() throws Exception {
        store = EachStore.SQLITE.open(folder);
        outbox = new Outbox(store, clock, false);
        Inbox inbox = new Inbox(store, clock, Leases.ALONE, 100, outbox);
        long row = add(inbox, "m1");
        store.writeAndWait(inbox.nowRunning(row, "echo", "fallback", null));
        store.writeAndWait(inbox.nowDone(row, 1L, null, "reply"));
        outbox.recordClick(Delivery.streamedCard("main", Body.read("{}")));

        assertThat(outbox.waiting()).isZero();
    }

    private Exchange failedExchange() {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, new IllegalStateException("the broker is away"));
        return exchange;
    }

    @Test
    void handsOutTheNextEventWhenTheOneBeforeWasSentAndTheSameOneAfterAPause() {
        open(EachStore.SQLITE);
        Inbox inbox = new Inbox(store, clock, Leases.ALONE, 100, outbox);
        for (int message = 1; message <= 250; message++) {
            add(inbox, "m" + message);
        }
        OutboxRelay relay = new OutboxRelay(outbox, clock);
        List<Long> sent = new ArrayList<>();
        Iterator<Outbox.Entry> first = relay.waiting();
        for (int event = 0; event < 150; event++) {
            Outbox.Entry entry = first.next();
            sent.add(entry.id());
            relay.sent(entry);
        }
        assertThat(outbox.waiting()).as("deleted a batch at a time").isEqualTo(150);

        Outbox.Entry refused = first.next();
        relay.failed(failedExchange(), refused);

        assertThat(first.hasNext()).isFalse();
        assertThat(outbox.waiting()).as("what was sent is deleted").isEqualTo(100);
        now += 999;
        assertThat(relay.waiting().hasNext()).isFalse();
        now += 1;
        relay.failed(failedExchange(), relay.waiting().next());
        now += 1_999;
        assertThat(relay.waiting().hasNext()).isFalse();
        now += 1;
        Iterator<Outbox.Entry> again = relay.waiting();
        assertThat(again.next().id()).isEqualTo(refused.id());
        while (again.hasNext()) {
            Outbox.Entry entry = again.next();
            sent.add(entry.id());
            relay.sent(entry);
        }
        assertThat(sent).hasSize(250).isSorted().doesNotHaveDuplicates();
        assertThat(outbox.waiting()).isZero();
    }

    /** The relay asks every 250 ms; an event comes every minute, as long as the endpoint is away and after it. */
    @Test
    void anEndpointThatIsAwayForTwoHoursMissesNothing() throws Exception {
        open(EachStore.SQLITE);
        Inbox inbox = new Inbox(store, clock, Leases.ALONE, 10_000, outbox);
        OutboxRelay relay = new OutboxRelay(outbox, clock);
        Duration away = Duration.ofHours(2);
        long back = now + away.toMillis();
        List<String> sent = new ArrayList<>();
        int tries = 0;
        int messages = 0;
        long nextMessage = now;

        while (now < back + 60_000) {
            if (now >= nextMessage) {
                add(inbox, "m" + ++messages);
                nextMessage = now + 60_000;
            }
            for (Iterator<Outbox.Entry> events = relay.waiting(); events.hasNext();) {
                Outbox.Entry event = events.next();
                if (now < back) {
                    tries++;
                    relay.failed(failedExchange(), event);
                } else {
                    sent.add(Json.MAPPER.readTree(event.payload()).path("msgId").asText());
                    relay.sent(event);
                }
            }
            now += 250;
        }

        assertThat(messages).isEqualTo(121);
        assertThat(sent).containsExactlyElementsOf(IntStream.rangeClosed(1, messages).mapToObj(message -> "m" + message).toList());
        assertThat(tries).as("one try each 10 s after the first ones").isBetween(720, 724);
    }

    @Test
    void deletesWhatWasSentAtAStop() {
        open(EachStore.SQLITE);
        Inbox inbox = new Inbox(store, clock, Leases.ALONE, 100, outbox);
        add(inbox, "m1");
        add(inbox, "m2");
        add(inbox, "m3");
        OutboxRelay relay = new OutboxRelay(outbox, clock);
        Iterator<Outbox.Entry> events = relay.waiting();
        relay.sent(events.next());
        Outbox.Entry underWay = events.next();

        relay.close();
        assertThat(outbox.waiting()).isEqualTo(2);
        assertThat(events.hasNext()).isFalse();
        relay.sent(underWay);

        assertThat(outbox.waiting()).isEqualTo(1);
    }
}
