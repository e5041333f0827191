package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;

import io.github.dingtalkcamel.cluster.NodesOnOneStore;
import io.github.dingtalkcamel.inbound.EventRepository;
import io.github.dingtalkcamel.outbox.Outbox;
import io.github.dingtalkcamel.reply.SharedBusyConversations;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is the store's and not a node's, where three nodes do the same at the same time. */
@Timeout(120)
class StateOverNodesTest {

    private static final int ROUNDS = 30;

    @TempDir
    Path folder;

    private volatile Instant now = Instant.parse("2026-11-28T08:00:00Z");
    private final InstantSource clock = () -> now;
    private NodesOnOneStore nodes;

    @BeforeEach
    void start() {
        nodes = new NodesOnOneStore(folder, 3);
    }

    @AfterEach
    void stop() {
        nodes.close();
    }

    /** On how many of the nodes it is so, which all do it at once. */
    private long onHowMany(IntPredicate step) {
        List<CompletableFuture<Boolean>> steps = new ArrayList<>();
        for (int node = 0; node < 3; node++) {
            int its = node;
            steps.add(CompletableFuture.supplyAsync(() -> step.test(its)));
        }
        return steps.stream().filter(CompletableFuture::join).count();
    }

    private Inbox inbox(int node) {
        return new Inbox(nodes.get(node).store(), clock, nodes.get(node).leases(), 100, Outbox.off());
    }

    @Test
    void aMessageThatAllNodesGetIsStoredOnce() {
        List<Inbox> inboxes = List.of(inbox(0), inbox(1), inbox(2));
        for (int round = 0; round < ROUNDS; round++) {
            String msgId = "m" + round;
            assertThat(onHowMany(node -> inboxes.get(node).add(Spoken.in("cidA", msgId), Spoken.payload("cidA", msgId)).join().isPresent()))
                    .isEqualTo(1);
        }
        assertThat(nodes.column("select seq from message order by id")).as("in the order of their numbers").hasSize(ROUNDS).isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void anEventThatAllNodesGetIsNewToOneOfThem() {
        List<EventRepository> events = nodes.all().stream().map(node -> new EventRepository(node.store(), clock)).toList();
        for (int round = 0; round < ROUNDS; round++) {
            String key = "main/e" + round;
            assertThat(onHowMany(node -> events.get(node).add(key))).isEqualTo(1);
        }
    }

    @Test
    void aPersonIsRefusedOnceAnHourWhoWritesToAllNodesAtOnce() {
        List<Inbox> inboxes = List.of(inbox(0), inbox(1), inbox(2));
        for (int round = 0; round < 5; round++) {
            String msgId = "m" + round;
            assertThat(onHowMany(node -> inboxes.get(node).add(Turn.Kind.REFUSAL, Spoken.in("cid" + node, msgId + node),
                    Spoken.payload("cid" + node, msgId + node), null).join().isPresent())).isLessThanOrEqualTo(1);
            assertThat(nodes.column("select count(*) from message where kind = 'refusal'")).containsExactly(round < 3 ? 1L : 2L);
            now = now.plusSeconds(20 * 60 + 1);
        }
    }

    @Test
    void aConversationIsToldOnceAMinuteThatTheQueueIsFull() {
        List<SharedBusyConversations> busy = nodes.all().stream().map(node -> new SharedBusyConversations(node.store(), clock)).toList();

        assertThat(onHowMany(node -> busy.get(node).add("main/cidA"))).isEqualTo(1);
        assertThat(onHowMany(node -> busy.get(node).contains("main/cidA"))).isEqualTo(3);
        now = now.plusSeconds(59);
        assertThat(onHowMany(node -> busy.get(node).add("main/cidA"))).isZero();
        now = now.plusSeconds(1);
        assertThat(onHowMany(node -> busy.get(node).add("main/cidA"))).isEqualTo(1);
    }
}
