package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

import org.junit.jupiter.api.Test;

class LimitedExecutorTest {

    /** Tasks that were handed to the pool, which the test runs. */
    private final Deque<Runnable> pool = new ArrayDeque<>();
    private final LimitedExecutor limited = new LimitedExecutor(pool::add, 2);
    private final List<String> ran = new ArrayList<>();

    private void submit(String name) {
        limited.execute(() -> ran.add(name));
    }

    @Test
    void takesNoMoreThreadsThanItMayAndRunsTheRestInOrder() {
        submit("a");
        submit("b");
        submit("c");
        submit("d");
        assertThat(pool).as("threads").hasSize(2);

        pool.poll().run();
        assertThat(ran).as("the thread takes those that wait").containsExactly("a", "c", "d");
        submit("e");
        assertThat(pool).as("a place became free").hasSize(2);
        pool.poll().run();
        pool.poll().run();
        assertThat(ran).containsExactly("a", "c", "d", "b", "e");
    }

    @Test
    void aTaskThatFailsIsReportedAndGivesItsPlaceToTheNext() throws InterruptedException {
        IllegalStateException bug = new IllegalStateException("a bug");
        limited.execute(() -> {
            throw bug;
        });
        submit("b");
        submit("c");
        List<Throwable> reported = new ArrayList<>();
        Thread thread = new Thread(pool.poll());
        thread.setUncaughtExceptionHandler((same, failure) -> reported.add(failure));
        thread.start();
        thread.join(30_000);

        assertThat(reported).containsExactly(bug);
        assertThat(ran).containsExactly("c");
    }

    @Test
    void aTaskThatThePoolRefusesHoldsNoPlace() {
        List<Runnable> taken = new ArrayList<>();
        LimitedExecutor narrow = new LimitedExecutor(task -> {
            if (taken.isEmpty()) {
                taken.add(task);
                throw new RejectedExecutionException("closed");
            }
            taken.add(task);
        }, 1);
        assertThatThrownBy(() -> narrow.execute(() -> ran.add("a"))).isInstanceOf(RejectedExecutionException.class);

        narrow.execute(() -> ran.add("b"));
        assertThat(taken).as("handed to the pool").hasSize(2);
    }
}
