package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.stream.ConnectionStatus.State;
import org.junit.jupiter.api.Test;

/** docs/promises.md 8, row by row, with the network and the time in the test's hand. */
class ManagedConnectionTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<Dial> dials = new ArrayList<>();
    private final ConnectionMetrics traffic = new ConnectionMetrics();
    private final FrameDispatcher handover = new FrameDispatcher((delivery, done) -> done.accept(new FrameDispatcher.Outcome(null, null)),
            Runnable::run, Runnable::run, scheduler, traffic);
    private double random;
    private final ManagedConnection connection = new ManagedConnection("main", 1, this::dial, new FrameHandler("main", handover, traffic),
            traffic, StreamTimeouts.PROMISED, scheduler, () -> random);

    private CompletableFuture<WebSocketConnection> dial(WebSocketConnection.Events events) {
        assertThat(dials.stream().filter(dial -> !dial.isDone())).as("attempts under way").isEmpty();
        Dial dial = new Dial(events, scheduler.nanos());
        dials.add(dial);
        return dial;
    }

    /** An attempt, and the connection it may become. */
    private final class Dial extends CompletableFuture<WebSocketConnection> implements WebSocketConnection {
        final Events events;
        final long at;
        final List<String> sent = new ArrayList<>();
        int pings;
        boolean answersPings = true;
        boolean closed;
        boolean aborted;

        Dial(Events events, long at) {
            this.events = events;
            this.at = at;
        }

        Dial connects() {
            events.opened(this);
            complete(this);
            scheduler.run();
            return this;
        }

        void fails(OpenException e) {
            completeExceptionally(e);
            scheduler.run();
        }

        void ends(String reason) {
            events.closed(reason);
            scheduler.run();
        }

        void pushes(String frame) {
            events.text(frame);
            scheduler.run();
        }

        void disconnects() {
            pushes(Pushed.system("disconnect", "d", "{\"reason\":\"connection is expired\"}"));
        }

        @Override
        public void send(String frame) {
            sent.add(frame);
        }

        @Override
        public void sendFirst(String frame) {
            sent.add(0, frame);
        }

        @Override
        public void ping() {
            pings++;
            if (answersPings) {
                events.pong();
            }
        }

        @Override
        public void close() {
            closed = true;
        }

        @Override
        public void abort() {
            if (!aborted) {
                aborted = true;
                events.closed("closed by us");
            }
        }
    }

    private static OpenException refused() {
        return OpenException.of("refused", "wait");
    }

    private Dial started() {
        connection.start();
        scheduler.run();
        return dials.get(0).connects();
    }

    private Dial last() {
        return dials.get(dials.size() - 1);
    }

    private double secondsSinceStart() {
        return scheduler.nanos() / 1e9;
    }

    @Test
    void opensAtOnce() {
        started();

        assertThat(connection.status().state()).isEqualTo(State.CONNECTED);
        assertThat(connection.status().attempts()).isEqualTo(1);
        assertThat(connection.isConnected()).isTrue();
    }

    @Test
    void givesUpAnAttemptAfterTenSecondsAndTriesAgain() {
        connection.start();
        scheduler.pass(Duration.ofMillis(9_999));
        assertThat(dials).hasSize(1);
        assertThat(dials.get(0).isCancelled()).isFalse();

        scheduler.pass(Duration.ofMillis(1));
        assertThat(dials.get(0).isCancelled()).isTrue();
        assertThat(connection.status().trouble()).isEqualTo("no connection within 10 s");

        scheduler.pass(SECOND);
        assertThat(dials).hasSize(2);
    }

    @Test
    void retriesWithDoublingDelaysAndNeverGivesUp() {
        connection.start();
        scheduler.run();
        List<Double> delays = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int before = dials.size();
            double at = secondsSinceStart();
            last().fails(refused());
            while (dials.size() == before) {
                scheduler.pass(Duration.ofMillis(100));
            }
            delays.add(Math.round((secondsSinceStart() - at) * 10) / 10.0);
        }
        assertThat(delays.subList(0, 8)).containsExactly(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0);
        assertThat(delays.subList(8, 200)).containsOnly(60.0);
    }

    @Test
    void opensAtMostSixTimesInTenSecondsWhileTheUpgradeIsRefused() {
        random = 0.999;
        connection.start();
        while (secondsSinceStart() < 10) {
            scheduler.run();
            if (!last().isDone()) {
                last().fails(refused());
            }
            scheduler.pass(Duration.ofMillis(10));
        }
        assertThat(dials.size()).isBetween(2, 6);
    }

    @Test
    void startsTheBackOffAnewOnceAConnectionHasHeld() {
        connection.start();
        scheduler.run();
        for (int i = 0; i < 5; i++) {
            last().fails(refused());
            scheduler.pass(Duration.ofSeconds(60));
        }
        Dial open = last().connects();
        scheduler.pass(Duration.ofSeconds(60));
        open.ends("closed by the server");
        int before = dials.size();

        scheduler.pass(SECOND);

        assertThat(dials).hasSize(before + 1);
    }

    @Test
    void goesOnBackingOffWhileConnectionsDoNotHold() {
        connection.start();
        scheduler.run();
        for (int i = 0; i < 4; i++) {
            last().connects().ends("closed by the server");
            assertThat(connection.status().state()).isEqualTo(State.WAITING);
            scheduler.pass(Duration.ofSeconds(1L << i));
            assertThat(dials).hasSize(i + 2);
        }
        last().connects().ends("closed by the server");
        int before = dials.size();
        scheduler.pass(Duration.ofMillis(15_900));
        assertThat(dials).hasSize(before);
    }

    @Test
    void retriesWrongCredentialsAtTheCeilingsPace() {
        connection.start();
        scheduler.run();
        last().fails(OpenException.wrongCredentials("the gateway answered HTTP 401 authFailed", "Check dingtalk.app-key"));

        scheduler.pass(Duration.ofMillis(59_900));
        assertThat(dials).hasSize(1);
        assertThat(connection.status().remedy()).contains("dingtalk.app-key");
        scheduler.pass(Duration.ofMillis(200));
        assertThat(dials).hasSize(2);
    }

    @Test
    void replacesAConnectionAtOnceWhenTheServerTakesLeaveAndReadsTheOldOneToItsEnd() {
        Dial old = started();

        old.disconnects();
        assertThat(dials).as("no time has passed").hasSize(2);
        Dial young = last().connects();
        old.pushes(Pushed.message("late", Pushed.said("m1", "cid", "hello", null)));

        assertThat(old.closed).isFalse();
        assertThat(old.sent).singleElement().asString().contains("late");
        assertThat(connection.status().draining()).isEqualTo(1);
        old.ends("closed by the server");
        assertThat(connection.status().draining()).isZero();
        assertThat(connection.isConnected()).isTrue();
        assertThat(young.closed).isFalse();
        scheduler.pass(Duration.ofSeconds(9));
        assertThat(dials).as("the end of an old one opens nothing").hasSize(2);
    }

    @Test
    void answersNothingToADisconnectFrame() {
        Dial old = started();
        old.disconnects();
        assertThat(old.sent).isEmpty();
    }

    @Test
    void closesAnOldConnectionThatTheServerForgets() {
        Dial old = started();
        old.disconnects();
        last().connects();

        scheduler.pass(Duration.ofSeconds(59));
        assertThat(old.closed).isFalse();
        scheduler.pass(SECOND);
        assertThat(old.closed).isTrue();
        assertThat(old.aborted).isFalse();
        scheduler.pass(SECOND);
        assertThat(old.aborted).isTrue();
    }

    @Test
    void meetsAServerThatTakesLeaveOfEveryConnectionWithBackOff() {
        Dial open = started();
        for (int i = 0; i < 3; i++) {
            open.disconnects();
            open = last().connects();
        }
        assertThat(dials).hasSize(4);
        open.disconnects();
        assertThat(dials).hasSize(4);
        scheduler.pass(SECOND);
        assertThat(dials).hasSize(5);
    }

    @Test
    void takesADisconnectFrameThatCameBeforeTheAttemptWasDone() {
        connection.start();
        scheduler.run();
        Dial first = dials.get(0);
        first.events.opened(first);
        first.events.text(Pushed.system("disconnect", "d", "{}"));
        scheduler.run();
        first.complete(first);
        scheduler.run();

        assertThat(dials).hasSize(2);
    }

    @Test
    void countsAConnectionThatEndsAtOnceAsAFailure() {
        connection.start();
        scheduler.run();
        Dial first = dials.get(0);
        first.events.opened(first);
        first.events.closed("closed by the server, status 1000");
        scheduler.run();
        first.complete(first);
        scheduler.run();

        assertThat(connection.status().state()).isEqualTo(State.WAITING);
        assertThat(connection.status().trouble()).contains("closed by the server");
    }

    @Test
    void noticesABlackHoleWithinThirtySecondsAndOpensAnotherBeforeItClosesThisOne() {
        Dial deaf = started();
        scheduler.pass(Duration.ofSeconds(95));
        assertThat(deaf.pings).isEqualTo(9);
        deaf.answersPings = false;
        long from = scheduler.nanos();

        while (dials.size() == 1) {
            scheduler.pass(Duration.ofMillis(100));
        }

        assertThat(Duration.ofNanos(scheduler.nanos() - from)).isLessThan(Duration.ofSeconds(30));
        assertThat(deaf.closed).isFalse();
        assertThat(connection.status().lastClose()).contains("ping");
        last().connects();
        scheduler.pass(Duration.ofSeconds(61));
        assertThat(deaf.aborted).isTrue();
    }

    @Test
    void closesNothingForSilenceAlone() {
        Dial quiet = started();

        scheduler.pass(Duration.ofHours(12));

        assertThat(dials).hasSize(1);
        assertThat(quiet.closed).isFalse();
        assertThat(quiet.pings).isGreaterThan(1000);
        assertThat(connection.status().lastPong()).isNotNull();
    }

    @Test
    void probesAtOnceWhenTheMachineSlept() {
        Dial open = started();
        open.answersPings = false;

        connection.probe();
        scheduler.run();

        assertThat(open.pings).isEqualTo(1);
        scheduler.pass(Duration.ofSeconds(10));
        assertThat(dials).hasSize(2);
    }

    @Test
    void waitsNoLongerForARetryWhenTheMachineSlept() {
        connection.start();
        scheduler.run();
        for (int i = 0; i < 8; i++) {
            last().fails(refused());
            scheduler.pass(Duration.ofSeconds(61));
        }
        last().fails(refused());
        int before = dials.size();

        connection.probe();
        scheduler.run();

        assertThat(dials).hasSize(before + 1);
    }

    @Test
    void cancelsAWaitAtOnceWhenStopped() {
        connection.start();
        scheduler.run();
        last().fails(refused());

        CompletableFuture<Void> stopped = connection.stop();
        scheduler.run();

        assertThat(stopped).isCompleted();
        scheduler.pass(Duration.ofHours(1));
        assertThat(dials).hasSize(1);
        assertThat(connection.status().state()).isEqualTo(State.STOPPED);
    }

    @Test
    void cancelsAnAttemptAtOnceWhenStoppedAndCutsAConnectionThatComesTooLate() {
        connection.start();
        scheduler.run();
        Dial slow = last();

        CompletableFuture<Void> stopped = connection.stop();
        scheduler.run();

        assertThat(stopped).isCompleted();
        assertThat(slow.isCancelled()).isTrue();
    }

    @Test
    void saysGoodbyeWhenStoppedAndCutsAfterASecond() {
        Dial open = started();

        CompletableFuture<Void> stopped = connection.stop();
        scheduler.run();
        assertThat(open.closed).isTrue();
        assertThat(stopped).isNotCompleted();

        scheduler.pass(SECOND);
        assertThat(open.aborted).isTrue();
        assertThat(stopped).isCompleted();
        assertThat(dials).hasSize(1);
    }

    @Test
    void opensAgainAfterAPause() {
        started();
        connection.stop();
        scheduler.pass(SECOND);

        connection.start();
        scheduler.run();
        last().connects();

        assertThat(dials).hasSize(2);
        assertThat(connection.isConnected()).isTrue();
    }

    @Test
    void anOperatorGetsANewConnectionOrAnAttemptNow() {
        Dial old = started();
        connection.reconnect();
        scheduler.run();
        assertThat(dials).hasSize(2);
        assertThat(old.closed).isFalse();

        last().fails(refused());
        connection.reconnect();
        scheduler.run();
        assertThat(dials).hasSize(3);
    }

    @Test
    void keepsTheFiguresThatHealthShows() {
        Dial open = started();
        scheduler.pass(Duration.ofSeconds(5));
        open.pushes(Pushed.message("x", Pushed.said("m1", "cid", "hello", null)));
        open.ends("closed by the server, status 1001: going away");

        ConnectionStatus status = connection.status();
        assertThat(status.lastFrame()).isEqualTo(status.lastMessage()).isEqualTo(status.since());
        assertThat(status.reconnects()).isEqualTo(1);
        assertThat(status.lastClose()).isEqualTo("closed by the server, status 1001: going away");
        assertThat(traffic.messages.sum()).isEqualTo(1);
    }

    @Test
    void answersAPingOfTheServerBeforeAnythingThatWaits() {
        Dial open = started();
        open.pushes(Pushed.message("first", Pushed.said("m1", "cid", "hello", null)));
        open.pushes(Pushed.system("ping", "p1", "{\"opaque\":\"abc\"}"));

        assertThat(Pushed.json(open.sent.get(0)).path("headers").path("messageId").asText()).isEqualTo("p1");
        assertThat(Pushed.json(open.sent.get(0)).path("data").asText()).isEqualTo("{\"opaque\":\"abc\"}");
    }
}
