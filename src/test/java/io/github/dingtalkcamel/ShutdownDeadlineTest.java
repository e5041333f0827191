package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ShutdownDeadlineTest {

    private static final Duration SHORT = Duration.ofMillis(50);

    private final List<Object> done = new CopyOnWriteArrayList<>();

    private ShutdownDeadline deadline(Runnable closeStore) {
        return new ShutdownDeadline(() -> Optional.of(SHORT), SHORT, SHORT, closeStore, done::add);
    }

    @Test
    void closesTheStoreThenEndsTheProcessWithTheStatusOfTheFirstStop() {
        ShutdownDeadline deadline = deadline(() -> done.add("closed"));

        deadline.arm(143);
        deadline.arm(0);

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> done.size() == 2);
        assertThat(done).containsExactly("closed", 143);
    }

    @Test
    void endsTheProcessAlsoWhereTheStoreCanNotBeClosed() {
        CountDownLatch never = new CountDownLatch(1);
        deadline(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }).arm(0);

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> done.equals(List.of(0)));
        never.countDown();
    }

    @Test
    void leavesAProcessAloneThatEndsByItself() throws Exception {
        ShutdownDeadline deadline = new ShutdownDeadline(() -> Optional.of(Duration.ofDays(1)), () -> done.add("closed"), done::add);
        deadline.arm(143);
        Thread watch = Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("dingtalk-shutdown-deadline"))
                .findFirst().orElseThrow();

        deadline.ended();

        deadline.awaitEnd();
        watch.join(Bot.PATIENCE.toMillis());
        assertThat(watch.isAlive()).isFalse();
        assertThat(done).isEmpty();
    }

    @Test
    void doesNothingAfterEverythingHasEnded() {
        ShutdownDeadline deadline = new ShutdownDeadline(Optional::empty, Duration.ofDays(1), SHORT, () -> done.add("closed"), done::add);
        deadline.ended();

        deadline.arm(143);

        assertThat(deadline.isArmed()).isFalse();
    }

    @Test
    void endsTheProcessAtOnceWhereNoMessageCanHaveComeInYet() {
        new ShutdownDeadline(Optional::empty, Duration.ofDays(1), SHORT, () -> done.add("closed"), done::add).arm(143);

        Awaitility.await().atMost(Bot.PATIENCE).until(() -> done.equals(List.of("closed", 143)));
    }
}
