package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CachedThreadPoolTest {

    private final Queue<Thread> made = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> reported = new ConcurrentLinkedQueue<>();
    private final CachedThreadPool threads = new CachedThreadPool(this::make);

    private Thread make(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((same, failure) -> reported.add(failure));
        made.add(thread);
        return thread;
    }

    @AfterEach
    void close() {
        threads.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(50, TimeUnit.SECONDS)) {
                throw new AssertionError("did not happen");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void runsATaskHoweverManyOthersBlock() {
        CountDownLatch blocked = new CountDownLatch(20);
        CountDownLatch end = new CountDownLatch(1);
        for (int i = 0; i < 20; i++) {
            threads.execute(() -> {
                blocked.countDown();
                await(end);
            });
        }
        await(blocked);
        CountDownLatch ran = new CountDownLatch(1);
        threads.execute(ran::countDown);
        await(ran);
        end.countDown();
    }

    @Test
    void leavesManyShortTasksToFewThreadsInTheirOrder() {
        boolean few = false;
        // on a loaded machine a thread may stand still in the middle of its task, and others come meanwhile
        for (int round = 0; round < 20 && !few; round++) {
            made.clear();
            List<Integer> ran;
            try (CachedThreadPool fresh = new CachedThreadPool(this::make)) {
                ran = runThousand(fresh);
            }
            assertThat(ran).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 1_000).boxed().toList());
            few = made.size() < 50 && ran.get(0) == 0;
        }
        assertThat(few).as("fewer than 50 threads for 1,000 tasks, the first one first").isTrue();
    }

    private static List<Integer> runThousand(CachedThreadPool threads) {
        CountDownLatch submitted = new CountDownLatch(1);
        CountDownLatch rest = new CountDownLatch(1_000);
        List<Integer> ran = new ArrayList<>();
        // by a task, so that they come without a pause between them
        threads.execute(() -> {
            IntStream.range(0, 1_000).forEach(number -> threads.execute(() -> {
                synchronized (ran) {
                    ran.add(number);
                }
                rest.countDown();
            }));
            submitted.countDown();
        });
        await(submitted);
        await(rest);
        return ran;
    }

    @Test
    void startsNoSecondThreadBeforeTheFirstHasCome() {
        CountDownLatch mayCome = new CountDownLatch(1);
        CountDownLatch rest = new CountDownLatch(1_000);
        try (CachedThreadPool late = new CachedThreadPool(task -> {
            Thread thread = new Thread(() -> {
                await(mayCome);
                task.run();
            });
            thread.setDaemon(true);
            made.add(thread);
            return thread;
        })) {
            IntStream.range(0, 1_000).forEach(number -> late.execute(rest::countDown));
            assertThat(made).as("threads while none has come").hasSize(1);
            mayCome.countDown();
            await(rest);
        }
    }

    @Test
    void goesOnAfterATaskThatFailsOrLeavesItsThreadInterrupted() {
        IllegalStateException bug = new IllegalStateException("a bug");
        threads.execute(() -> {
            Thread.currentThread().interrupt();
            throw bug;
        });
        CountDownLatch ran = new CountDownLatch(1);
        List<Boolean> interrupted = new ArrayList<>();
        threads.execute(() -> {
            interrupted.add(Thread.currentThread().isInterrupted());
            ran.countDown();
        });
        await(ran);

        assertThat(interrupted).containsExactly(false);
        assertThat(reported).containsExactly(bug);
    }

    @Test
    void endsItsThreadsWhenItIsClosedAndStillRunsWhatComesLater() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        threads.execute(first::countDown);
        await(first);
        threads.close();
        for (Thread thread : made) {
            thread.join(50_000);
            assertThat(thread.isAlive()).isFalse();
        }

        CountDownLatch late = new CountDownLatch(1);
        threads.execute(late::countDown);
        await(late);
    }

    @Test
    void keepsATaskForAThreadThatRunsWhereNoneCanBeStarted() {
        AtomicBoolean exhausted = new AtomicBoolean();
        try (CachedThreadPool few = new CachedThreadPool(task -> {
            if (exhausted.get()) {
                throw new IllegalStateException("no more threads");
            }
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        })) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            CountDownLatch ran = new CountDownLatch(1);
            few.execute(() -> {
                begun.countDown();
                await(end);
            });
            await(begun);
            exhausted.set(true);

            few.execute(ran::countDown);
            end.countDown();

            await(ran);
        }
    }

    /** An HTTP client of the JDK that uses it keeps it in memory, and with it whatever it holds. */
    @Test
    void holdsNothingOfItsContextOnceItIsClosed() {
        CamelContext context = new DefaultCamelContext();
        WeakReference<CamelContext> held = new WeakReference<>(context);
        CachedThreadPool pool = CachedThreadPool.of(context, "pool");
        CountDownLatch ran = new CountDownLatch(1);
        pool.execute(ran::countDown);
        await(ran);
        context = null;
        pool.close();

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return held.get() == null;
        });
        CountDownLatch late = new CountDownLatch(1);
        pool.execute(late::countDown);
        await(late);
    }
}
