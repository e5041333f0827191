package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.cluster.Arrival;
import io.github.dingtalkcamel.cluster.Lease;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.conversation.Sessions;
import io.github.dingtalkcamel.settings.AppSettings;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that are stored as running, since nothing keeps their turns from starting: the commit that accepts one is that of its start. */
class EarlyStartTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();
    private static final long SOON = 20;

    @TempDir
    Path folder;

    private Instant now = Instant.ofEpochMilli(1_769_600_000_456L);
    private final AtomicInteger commits = new AtomicInteger();
    private Store store;
    private Inbox inbox;
    private KeyedQueue queue;
    private KeyedQueue commands;
    private EarlyStarts starts;
    private Intake intake;
    private Sessions sessions;
    private Turns turns;

    @BeforeEach
    void open() {
        begin(5);
        intake.open();
    }

    /** A process on the store. */
    private void begin(int maxRunning) {
        store = Store.open("jdbc:sqlite:" + folder.resolve("test.db"), null, null);
        store.onCommit(nanos -> commits.incrementAndGet());
        inbox = new Inbox(store, () -> now);
        queue = new KeyedQueue(100, 50, maxRunning);
        commands = new KeyedQueue(100, 50, maxRunning);
        starts = new EarlyStarts(store);
        intake = new Intake(inbox, queue, commands, Leases.ALONE, starts);
        sessions = new Sessions(store, AppSettings.with(Map.of()), () -> now);
        turns = new Turns(inbox, sessions, starts);
    }

    @AfterEach
    void close() {
        intake.close();
        store.close();
    }

    @Test
    void isOfTheFirstMessageOfAConversationWithoutTurnsOnly() {
        accept("cid", "m1");
        accept("cid", "m2");

        assertThat(rows("select msg_id, state, attempts from message order by id"))
                .containsExactly(List.of("m1", "running", 1), List.of("m2", "received", 0));
        assertThat(intake("cid", "m1").getProperty(Turn.PROPERTY)).as("a duplicate").isNull();
        assertThat(rows("select attempts from message where msg_id = 'm1'")).containsExactly(List.of(1));
        Exchange first = handOut("cid");
        accept("cid", "m3");
        end(first);
        end(handOut("cid"));
        end(handOut("cid"));
        accept("cid", "m4");
        assertThat(rows("select msg_id, state, attempts from message where msg_id in ('m3', 'm4') order by id"))
                .containsExactly(List.of("m3", "received", 0), List.of("m4", "running", 1));
    }

    @Test
    void isOfTheMessageBehindATurnThatIsAnsweredAndOnlyHasToBeRecorded() throws Exception {
        accept("cid", "m1");
        Exchange first = handOut("cid");
        start(first).join().run();
        accept("cid", "m2");
        CompletableFuture<Runnable> recorded = turns.recordEnd(first);
        accept("cid", "m3");
        recorded.join().run();
        done(first);
        Exchange second = handOut("cid");
        start(second).join().run();
        turns.recordEnd(second).join().run();
        done(second);
        Exchange third = handOut("cid");
        start(third).join().run();
        turns.recordEnd(third);
        accept("cid", "m4");

        assertThat(rows("select msg_id from message where state = 'received'")).isEmpty();
        assertThat(queue.poll()).as("it waits for the one before all the same").isNull();
        assertThat(rows("select state, attempts from message where msg_id = 'm4'")).containsExactly(List.of("running", 1));
        done(third);
        assertThat(handOut("cid").getProperty(InboundMessage.PROPERTY, InboundMessage.class).msgId()).isEqualTo("m4");
        assertThat(rows("select attempts from message where msg_id in ('m2', 'm3')")).containsOnly(List.of(1));
    }

    /** The commit that accepts it comes before that of the end of the turn before it, or is the same: both orders, and both fail alone. */
    @Test
    void isOfTheMessageThatIsStoredBeforeTheEndOfTheTurnBefore() throws Exception {
        accept("cid", "m1");
        Exchange first = handOut("cid");
        start(first).join().run();
        turn(first).ends(true);
        accept("cid", "m2");
        assertThat(rows("select msg_id, state, attempts from message order by id"))
                .containsExactly(List.of("m1", "running", 1), List.of("m2", "running", 1));
        assertThat(queue.poll()).as("it waits for the one before all the same").isNull();

        commits.set(0);
        turns.recordEnd(first).join().run();
        done(first);
        start(handOut("cid")).join().run();
        assertThat(commits).as("the end of the first is all that was written").hasValue(1);
    }

    @Test
    void isOfTheMessageThatIsStoredWhereTheEndOfTheTurnBeforeIsRefused() throws Exception {
        accept("cid", "m1");
        Exchange first = handOut("cid");
        start(first).join().run();
        turn(first).ends(true);
        execute("create trigger never before update on message when new.state = 'done' begin select raise(abort, 'never'); end");
        CompletableFuture<Void> written = heldUp();
        CompletableFuture<Runnable> end = turns.recordEnd(first);
        Exchange next = exchange("cid", "m2");
        CompletableFuture<Exchange> stored = new CompletableFuture<>();
        intake.turns().process(next, sync -> stored.complete(next));
        written.complete(null);

        assertThat(end).as("its group is undone, and each is tried alone").failsWithin(Duration.ofSeconds(SOON));
        assertThat(stored).succeedsWithin(Duration.ofSeconds(SOON));
        assertThat(rows("select msg_id, state, attempts from message order by id"))
                .containsExactly(List.of("m1", "running", 1), List.of("m2", "running", 1));
        execute("drop trigger never");
        turns.recordEnd(first).join().run();
        assertThat(rows("select state from message")).containsExactly(List.of("done"), List.of("running"));
    }

    /** A turn of the conversation "cid", which was started. */
    private Exchange sendingItsLastChunk(String msgId) throws Exception {
        accept("cid", msgId);
        Exchange turn = handOut("cid");
        start(turn).join();
        turn(turn).ends(true);
        return turn;
    }

    /** As after kill -9 while the reply before is being sent: what was stored so has two tries left, behind the turn before. */
    @Test
    void usesUpOneTryWhereTheProcessIsKilledBeforeIt() throws Exception {
        answer("m0", "begins the session");
        Exchange first = sendingItsLastChunk("m1");
        accept("cid", "m2");
        List<Long> asked = new ArrayList<>();
        for (int process = 0; process < 3; process++) {
            store.close();
            begin(5);
            for (Turn turn : resumption().next()) {
                asked.add(turn.id());
                if (turn.id() == 2) {
                    Exchange again = exchange("cid", "m1");
                    again.setProperty(Turn.PROPERTY, turn);
                    start(again).join().run();
                }
            }
        }

        assertThat(asked).as("in order; the first one was asked three times in all").containsExactly(2L, 3L, 2L, 3L, 3L);
        assertThat(rows("select msg_id, attempts from message where state in ('received', 'running')"))
                .containsExactly(List.of("m2", 1));
    }

    @Test
    void isGivenBackWhereTheTurnBeforeHasToWaitWithItsReply() throws Exception {
        answer("m0", "begins the session");
        Exchange first = sendingItsLastChunk("m1");
        Exchange second = accept("cid", "m2");
        accept("other", "m3");
        starts.waitBehind(turn(first));
        written();

        assertThat(rows("select msg_id, state, attempts, started_at from message where id > 2 order by id"))
                .containsExactly(Arrays.asList("m2", "received", 0, null), List.of("m3", "running", 1, now.toEpochMilli()));
        assertThat(queue.waiting("main\ncid")).isEqualTo(1);
        turns.recordEnd(first).join().run();
        done(first);
        start(second).join().run();
        assertThat(rows("select state, attempts, agent from message where msg_id = 'm2'")).containsExactly(List.of("running", 1, "echo"));
        starts.waitBehind(turn(first));
        written();
        assertThat(rows("select attempts from message where msg_id = 'm2'")).as("it has started").containsExactly(List.of(1));
    }

    /** The turn before has to wait just after the store was told that the message runs, and before that is known to be durable. */
    @Test
    void isGivenBackAlsoWhereItIsBeingStored() throws Exception {
        Exchange first = sendingItsLastChunk("m1");
        CompletableFuture<Void> written = heldUp();
        Exchange next = exchange("cid", "m2");
        CompletableFuture<Exchange> stored = new CompletableFuture<>();
        intake.turns().process(next, sync -> stored.complete(next));
        CompletableFuture<Integer> seen = store.write(connection -> {
            starts.waitBehind(turn(first));
            return Sql.list(connection, "select attempts from message where msg_id = 'm2' and state = 'running'", row -> row.getInt(1))
                    .get(0);
        });
        written.complete(null);

        assertThat(seen).succeedsWithin(Duration.ofSeconds(SOON)).isEqualTo(1);
        assertThat(stored).succeedsWithin(Duration.ofSeconds(SOON));
        written();
        assertThat(rows("select state, attempts from message where msg_id = 'm2'")).containsExactly(List.of("received", 0));
    }

    @Test
    void isGivenBackAlsoWhereTheTransactionIsRepeatedSinceAnotherWriteFails() throws Exception {
        Exchange first = sendingItsLastChunk("m1");
        accept("cid", "m2");
        CompletableFuture<Void> written = heldUp();
        starts.waitBehind(turn(first));
        CompletableFuture<Integer> refused = store.write(connection -> Sql.update(connection, "insert into message (id) values (null)"));
        written.complete(null);

        assertThat(refused).failsWithin(Duration.ofSeconds(SOON));
        assertThat(rows("select state, attempts from message where msg_id = 'm2'")).containsExactly(List.of("received", 0));
    }

    @Test
    void isDroppedWhereAUserStopsTheConversationBeforeIt() throws Exception {
        answer("m0", "begins the session");
        Exchange first = sendingItsLastChunk("m1");
        accept("cid", "m2");
        Stopped stopped = queue.stop("main\ncid", turn -> true, "Ann");
        inbox.stopped(CommitKey.NONE, List.of(stopped.running(), stopped.dropped().get(0)));

        assertThat(rows("select msg_id, state, attempts from message where id > 1 order by id"))
                .containsExactly(List.of("m1", "stopped", 1), List.of("m2", "stopped", 0));
        assertThat(starts.size()).isZero();
        accept("cid", "m3");
        assertThat(rows("select state, attempts from message where msg_id = 'm3'")).containsExactly(List.of("running", 1));
    }

    @Test
    void isOfAsManyAsMayRunAtOnce() {
        close();
        begin(2);
        intake.open();
        accept("a", "m1");
        accept("b", "m2");
        accept("c", "m3");
        end(handOut("a"));
        end(handOut("b"));
        accept("d", "m4");

        assertThat(rows("select msg_id, state from message order by id")).containsExactly(List.of("m1", "running"),
                List.of("m2", "running"), List.of("m3", "received"), List.of("m4", "running"));
    }

    @Test
    void isOfNoCommandNorBeforeTheTurnsOfAnEarlierProcessAreQueued() {
        intake.close();
        intake = new Intake(inbox, queue, commands, Leases.ALONE, starts);
        Exchange early = exchange("cid", "m1");
        CompletableFuture<Exchange> done = new CompletableFuture<>();
        intake.turns().process(early, sync -> done.complete(early));
        store.writeAndWait(connection -> null);
        intake.open();
        assertThat(done).succeedsWithin(Duration.ofSeconds(SOON));
        Exchange command = exchange("other", "m2");
        CompletableFuture<Exchange> stored = new CompletableFuture<>();
        intake.commands().process(command, sync -> stored.complete(command));
        assertThat(stored).succeedsWithin(Duration.ofSeconds(SOON));

        assertThat(rows("select state, attempts from message")).containsExactly(List.of("received", 0), List.of("received", 0));
    }

    @Test
    void isOfNoMessageWhereNodesShareTheStore() {
        intake.close();
        Leases shared = (Leases) Proxy.newProxyInstance(Leases.class.getClassLoader(), new Class<?>[] {Leases.class},
                (proxy, method, values) -> switch (method.getName()) {
                    case "isShared" -> true;
                    case "isQueueFull" -> false;
                    case "admit" -> Lease.ALONE;
                    case "key" -> CommitKey.NONE;
                    case "arrived" -> Arrival.ALONE;
                    default -> null;
                });
        intake = new Intake(inbox, queue, commands, shared, starts);
        intake.open();
        accept("cid", "m1");

        assertThat(rows("select state, attempts from message")).containsExactly(List.of("received", 0));
    }

    @Test
    void writesNothingUntilTheTurnEnds() throws Exception {
        answer("m1", "the first message begins the session");
        commits.set(0);
        Exchange turn = accept("cid", "m2");
        assertThat(commits).hasValue(1);
        now = now.plusSeconds(3);
        assertThat(start(turn)).isCompleted();
        assertThat(commits).hasValue(1);
        assertThat(rows("select agent, bound_by, stored_ms from message where msg_id = 'm2'"))
                .containsExactly(Arrays.asList(null, null, null));
        assertThat(sessions.lastMessage(Spoken.in("cid", "x"))).isEqualTo(2);

        turns.recordEnd(turn).join().run();
        store.writeAndWait(connection -> null);
        assertThat(commits).as("the end, and this test's own").hasValue(3);
        assertThat(rows("select state, attempts, agent, bound_by, stored_ms, started_at from message where msg_id = 'm2'"))
                .containsExactly(List.of("done", 1, "echo", "fallback", 7, now.toEpochMilli()));
        assertThat(rows("select last_message, last_at from session")).containsExactly(List.of(2, now.toEpochMilli()));
    }

    @Test
    void isKnownToTheSessionAlsoWhereThatFellOutOfTheCache() throws Exception {
        answer("m1", "begins the session");
        Exchange turn = accept("cid", "m2");
        start(turn).join();
        turns = new Turns(inbox, new Sessions(store, AppSettings.with(Map.of()), () -> now), starts);
        turns.recordEnd(turn).join().run();

        assertThat(rows("select last_message from session")).containsExactly(List.of(2));
    }

    @Test
    void countsOnceWhereASessionBegins() throws Exception {
        Exchange turn = accept("cid", "m1");
        start(turn).join().run();

        assertThat(rows("select state, attempts, agent, bound_by, stored_ms from message"))
                .containsExactly(List.of("running", 1, "echo", "fallback", 7));
        assertThat(rows("select last_message from session")).containsExactly(List.of(1));
    }

    @Test
    void isWrittenWhereTheStoreTakesNothing() throws Exception {
        answer("m1", "begins the session");
        Exchange turn = accept("cid", "m2");
        execute("create trigger away before update on message begin select raise(abort, 'away'); end");
        assertThat(store.write(connection -> Sql.update(connection, "update message set error = 'x'")))
                .failsWithin(Duration.ofSeconds(SOON));
        assertThat(start(turn)).as("the agent is not asked while its answer could not be recorded")
                .failsWithin(Duration.ofSeconds(SOON)).withThrowableThat().withCauseInstanceOf(StoreException.class);
        execute("drop trigger away");
        start(turn).join().run();
        turns.recordEnd(turn).join().run();

        assertThat(rows("select state, attempts, agent from message where msg_id = 'm2'")).containsExactly(List.of("done", 1, "echo"));
    }

    /** As after kill -9: nothing of the process is left but its store. */
    @Test
    void countsAMessageThatKillsTheProcessAndTriesItNoMoreThanThreeTimes() throws Exception {
        answer("m1", "begins the session");
        start(accept("cid", "m2")).join();
        int asked = 1;
        for (int process = 0; process < 4; process++) {
            store.close();
            begin(5);
            for (Turn turn : resumption().next()) {
                Exchange exchange = exchange("cid", "m2");
                exchange.setProperty(Turn.PROPERTY, turn);
                start(exchange).join();
                asked++;
            }
        }

        assertThat(asked).isEqualTo(3);
        assertThat(rows("select code, attempts from dead_letter")).containsExactly(List.of("tooManyAttempts", 3));
    }

    @Test
    void doesNotCountWhereTheProcessStopsBeforeIt() throws Exception {
        answer("m1", "begins the session");
        Exchange started = accept("cid", "m2");
        start(started).join();
        Exchange waits = accept("other", "m3");
        Exchange comesLate = exchange("late", "m4");
        CompletableFuture<Exchange> stored = new CompletableFuture<>();
        end(started);
        intake.turns().process(comesLate, sync -> stored.complete(comesLate));

        starts.close();
        assertThat(stored).succeedsWithin(Duration.ofSeconds(SOON));
        accept("last", "m5");
        assertThat(rows("select msg_id, attempts from message where id > 1 order by id")).containsExactly(List.of("m2", 1),
                List.of("m3", 0), List.of("m4", 0), List.of("m5", 0));
        assertThat(rows("select state from message where msg_id = 'm5'")).containsExactly(List.of("received"));

        start(waits).join().run();
        assertThat(rows("select state, attempts, agent from message where msg_id = 'm3'"))
                .as("it was handed out before the stop, and starts after all").containsExactly(List.of("running", 1, "echo"));
    }

    @Test
    void keepsTheAgentAndTheSessionOfATurnThatIsStopped() throws Exception {
        answer("m1", "begins the session");
        Exchange turn = accept("cid", "m2");
        start(turn).join();
        Exchange waits = accept("other", "m3");
        inbox.stopped(CommitKey.NONE, List.of(turn(turn), turn(waits)));

        assertThat(rows("select state, attempts, agent, bound_by, stored_ms from message where id > 1 order by id"))
                .containsExactly(List.of("stopped", 1, "echo", "fallback", 7), Arrays.asList("stopped", 0, null, null, null));
        assertThat(rows("select last_message from session")).containsExactly(List.of(2));

        answer("m4", "the next message");
        inbox.stopped(CommitKey.NONE, List.of(turn(turn)));
        assertThat(rows("select last_message from session")).as("the end of the stopped turn's exchange comes late")
                .containsExactly(List.of(4));
    }

    @Test
    void keepsTheAgentAndTheSessionOfADeadLetter() throws Exception {
        answer("m1", "begins the session");
        Exchange turn = accept("cid", "m2");
        start(turn).join();
        new DeadLetters(store, () -> now).add(turn(turn), new DeadLetters.Reason("310000", "no permission", "grant it"), 1, null);

        assertThat(rows("select state, attempts, agent, bound_by, stored_ms from message where msg_id = 'm2'"))
                .containsExactly(List.of("dead", 1, "echo", "fallback", 7));
        assertThat(rows("select last_message from session")).containsExactly(List.of(2));
    }

    @Test
    void showsTheAgentOfATurnThatRuns() throws Exception {
        answer("m1", "begins the session");
        accept("cid", "m2");
        Exchange running = handOut("cid");
        start(running).join();
        ObjectNode shown = new MessageTrace(store, queue).of("main", "m2").orElseThrow();

        assertThat(shown.path("state").asText()).isEqualTo("running");
        assertThat(shown.path("agent").asText()).isEqualTo("echo");
        assertThat(shown.path("boundBy").asText()).isEqualTo("fallback");
        assertThat(shown.path("storedMs").asLong()).isEqualTo(7);
        assertThat(shown.path("startedAt").asText()).isEqualTo(now.toString());
        assertThat(shown.path("attempts").asInt()).isEqualTo(1);
    }

    @Test
    void isForgottenWithItsExchange() {
        Exchange dies = accept("cid", "m1");
        assertThat(starts.size()).isEqualTo(1);
        done(dies);

        assertThat(starts.size()).isZero();
    }

    private Exchange accept(String conversation, String msgId) {
        Exchange exchange = intake(conversation, msgId);
        assertThat(exchange.getException()).isNull();
        exchange.setProperty("CamelDingTalkAgent", "echo");
        exchange.setProperty("CamelDingTalkBoundBy", "fallback");
        exchange.setProperty(Turns.STORED_MILLIS, 7L);
        queue.offer(exchange);
        return exchange;
    }

    private Exchange intake(String conversation, String msgId) {
        Exchange exchange = exchange(conversation, msgId);
        CompletableFuture<Exchange> done = new CompletableFuture<>();
        intake.turns().process(exchange, sync -> done.complete(exchange));
        return done.orTimeout(SOON, TimeUnit.SECONDS).join();
    }

    private static Exchange exchange(String conversation, String msgId) {
        Exchange exchange = new DefaultExchange(CONTEXT);
        exchange.setProperty(InboundMessage.PROPERTY, Spoken.in(conversation, msgId));
        exchange.setProperty(Delivery.PROPERTY, Spoken.delivery(conversation, msgId));
        return exchange;
    }

    private Exchange handOut(String conversation) {
        Exchange next = queue.poll();
        assertThat(next.getProperty(InboundMessage.PROPERTY, InboundMessage.class).conversationId()).isEqualTo(conversation);
        return next;
    }

    private void end(Exchange exchange) {
        if (!queue.isRunning("main\n" + turn(exchange).message().conversationId())) {
            handOut(turn(exchange).message().conversationId());
        }
        done(exchange);
    }

    private static void done(Exchange exchange) {
        UnitOfWorkHelper.doneSynchronizations(exchange, exchange.getExchangeExtension().handoverCompletions());
    }

    private static Turn turn(Exchange exchange) {
        return exchange.getProperty(Turn.PROPERTY, Turn.class);
    }

    private CompletableFuture<Runnable> start(Exchange exchange) {
        exchange.setProperty("CamelDingTalkAgent", "echo");
        return turns.recordStart(exchange);
    }

    private Resumption resumption() {
        return new Resumption(inbox, queue, commands, new Messages(AppSettings.with(Map.of()), new QuotableMessages(store, () -> now)),
                new DeadLetters(store, () -> now), intake, Duration.ofDays(1), () -> now);
    }

    /** What is submitted from now on is written in one transaction, once this is completed. */
    private CompletableFuture<Void> heldUp() {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> release = new CompletableFuture<>();
        store.write(connection -> {
            begun.complete(null);
            return release.join();
        });
        begun.join();
        return release;
    }

    /** All is written that is submitted by now. */
    private void written() {
        store.writeAndWait(connection -> null);
    }

    /** A whole turn of conversation cid. */
    private void answer(String msgId, String reply) throws Exception {
        Exchange turn = accept("cid", msgId);
        start(turn).join().run();
        turn.setProperty(Answer.PROPERTY, new Answer(reply, 0, 0));
        turns.recordEnd(turn).join().run();
        end(turn);
    }

    private void execute(String sql) {
        store.writeAndWait(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    private List<List<Object>> rows(String sql) {
        return store.read(connection -> Sql.list(connection, sql, row -> {
            Object[] columns = new Object[row.getMetaData().getColumnCount()];
            for (int i = 0; i < columns.length; i++) {
                columns[i] = row.getObject(i + 1);
            }
            return Arrays.asList(columns);
        }));
    }
}
