package io.github.dingtalkcamel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Store;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldConversationsTest {

    private static final String CONVERSATION = "main\ncid";

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong();
    private final List<Long> queued = new CopyOnWriteArrayList<>();
    private final List<String> dropped = new CopyOnWriteArrayList<>();
    private volatile int free = 1;
    private String url;
    private final Executor inOrder = Executors.newSingleThreadExecutor();
    private Membership membership;
    private HeldConversations held;

    /** The store has turns 1 to 5. */
    private final class FiveTurns implements NodeWork {

        @Override
        public Reading read(String conversation, long afterSeq, Lease lease) {
            List<Read> turns = new ArrayList<>();
            for (long seq = Math.max(1, afterSeq + 1); seq <= 5; seq++) {
                long its = seq;
                turns.add(new Read(seq, () -> queued.add(its), () -> {
                }));
            }
            return new Reading(turns, 5);
        }

        @Override
        public void takeCommands(List<Long> ids) {
        }

        @Override
        public boolean isIdle(String conversation) {
            return false;
        }

        @Override
        public boolean isRunning(String conversation) {
            return false;
        }

        @Override
        public int free() {
            return free;
        }

        @Override
        public void drop(String conversation, Lease lease) {
            dropped.add(conversation);
        }

        @Override
        public Collection<Long> running() {
            return List.of();
        }

        @Override
        public void stop(Map<Long, String> turns) {
        }
    }

    @BeforeEach
    void join() {
        url = EachStore.POSTGRESQL.freshUrl(folder);
        Store.open(url, "postgres", null).close();
        membership = new Membership(url, "postgres", null, "test", "1", nanos::get);
        membership.join();
        held = new HeldConversations(membership, 100);
        held.start(new FiveTurns(), inOrder);
    }

    @AfterEach
    void leave() {
        held.close();
        membership.close();
    }

    private Arrival arrival(long seq, boolean claimed, boolean hasEarlier) {
        return new Arrival(new CommitKey(CONVERSATION, 7), seq, claimed, hasEarlier, membership.node());
    }

    @Test
    void queuesATurnAtOnceThatFollowsTheLastOne() {
        assertThat(held.admit(arrival(3, true, false)).isHere()).isTrue();
        assertThat(held.admit(arrival(4, false, false)).isHere()).isTrue();
        assertThat(queued).isEmpty();
    }

    @Test
    void readsTheStoreFirstWhereATurnOfAnotherNodeCameBetween() {
        assertThat(held.admit(arrival(3, true, false)).isHere()).isTrue();
        assertThat(held.admit(arrival(5, false, false)).isHere()).as("turn 4 came in by another node").isFalse();

        Awaitility.await().until(() -> queued, List.of(4L, 5L)::equals);
    }

    @Test
    void readsWhatTheLastNodeLeftBeforeItsOwn() {
        assertThat(held.admit(arrival(5, true, true)).isHere()).isFalse();

        Awaitility.await().until(() -> queued, List.of(1L, 2L, 3L, 4L, 5L)::equals);
    }

    @Test
    void takesAConversationOnlyWhereATurnOfItCouldRun() {
        try (Store store = Store.opening(url, "postgres", null, held.scope())) {
            free = 0;
            assertThat(store.writeAndWait(CommitKey.of(CONVERSATION), connection -> held.arrived(CONVERSATION)).isClaimed()).isFalse();
            free = 1;
            assertThat(store.writeAndWait(CommitKey.of(CONVERSATION), connection -> held.arrived(CONVERSATION)).isClaimed()).isTrue();
        }
    }

    @Test
    void leavesToOthersWhatItDoesNotHold() {
        Arrival others = new Arrival(new CommitKey(CONVERSATION, 0), 1, false, false, membership.node());

        assertThat(held.admit(others).isHere()).isFalse();
        assertThat(held.count()).isZero();
    }

    @Test
    void aLeaseEndsSevenSecondsAfterTheLastWrittenRowByTheNodesOwnClock() {
        Lease lease = held.admit(arrival(1, true, false));
        nanos.addAndGet(Membership.FENCE_AFTER.toNanos() - 1);
        assertThat(lease.isValid()).isTrue();
        nanos.incrementAndGet();
        assertThat(lease.isValid()).isFalse();
        nanos.addAndGet(-Membership.FENCE_AFTER.toNanos());
        assertThat(lease.isValid()).as("for ever").isFalse();
    }
}
