package io.github.dingtalkcamel.queue;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SedaQueueTest {

    private static final DefaultCamelContext CONTEXT = new DefaultCamelContext();

    private final First queue = new First();
    private final ExecutorService pool = Executors.newCachedThreadPool();

    /** First in, first out. */
    private static final class First extends SedaQueue {

        private final Deque<Exchange> waiting = new ArrayDeque<>();
        private int looks;

        @Override
        public boolean offer(Exchange exchange) {
            changing(() -> {
                waiting.add(exchange);
                wake();
            });
            return true;
        }

        @Override
        protected Exchange handOut() {
            looks++;
            Exchange first = waiting.poll();
            if (!waiting.isEmpty()) {
                wake();
            }
            return first;
        }

        @Override
        protected List<Exchange> waiting() {
            return List.copyOf(waiting);
        }

        @Override
        protected Exchange next() {
            return waiting.peek();
        }

        @Override
        public int size() {
            return locked(waiting::size);
        }

        @Override
        public int remainingCapacity() {
            return Integer.MAX_VALUE;
        }

        @Override
        public int drainTo(Collection<? super Exchange> to, int most) {
            return locked(() -> {
                int drained = 0;
                for (Exchange first = waiting.poll(); first != null && drained < most; first = drained < most ? waiting.poll() : null) {
                    to.add(first);
                    drained++;
                }
                return drained;
            });
        }

        /** Workers that were woken and wait for the lock. */
        int woken() {
            return lock.getQueueLength();
        }

        int looks() {
            return locked(() -> looks);
        }
    }

    @AfterEach
    void end() {
        pool.shutdownNow();
    }

    private static Exchange exchange() {
        return new DefaultExchange(CONTEXT);
    }

    /** Workers that wait in a poll by now. */
    private void waiting(int workers, Runnable work) {
        for (int i = 0; i < workers; i++) {
            pool.execute(work);
        }
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> queue.looks() >= workers);
    }

    @Test
    void wakesAsManyWorkersAsItNeedsWhereEachIsHeldUp() {
        Queue<Thread> busy = new ConcurrentLinkedQueue<>();
        CountDownLatch end = new CountDownLatch(1);
        waiting(10, () -> {
            try {
                if (queue.poll(50, TimeUnit.SECONDS) != null) {
                    busy.add(Thread.currentThread());
                    end.await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        for (int i = 0; i < 10; i++) {
            queue.offer(exchange());
        }

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> busy.size() == 10);
        end.countDown();
    }

    @Test
    void wakesOneWorkerForManyItemsWhichWakesTheNextOne() throws Exception {
        CountDownLatch taken = new CountDownLatch(100);
        waiting(50, () -> {
            try {
                while (queue.poll(50, TimeUnit.SECONDS) != null) {
                    taken.countDown();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        queue.changing(() -> {
            for (int i = 0; i < 100; i++) {
                queue.offer(exchange());
            }
            Awaitility.await().atMost(Duration.ofSeconds(30)).pollInSameThread().until(() -> queue.woken() > 0);
            assertThat(queue.woken()).as("workers that want the lock").isEqualTo(1);
        });
        assertThat(taken.await(50, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void handsTheWakeUpToAnotherWorkerWhereTheWokenOneIsInterrupted() throws Exception {
        for (int round = 0; round < 200; round++) {
            Exchange exchange = exchange();
            CountDownLatch taken = new CountDownLatch(1);
            int before = queue.looks();
            List<Thread> workers = List.of(worker(taken), worker(taken));
            workers.forEach(Thread::start);
            Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> queue.looks() >= before + 2);
            queue.offer(exchange);
            workers.get(round % 2).interrupt();
            assertThat(taken.await(50, TimeUnit.SECONDS)).isTrue();
            for (Thread worker : workers) {
                worker.interrupt();
                worker.join();
            }
        }
    }

    private Thread worker(CountDownLatch taken) {
        return new Thread(() -> {
            try {
                if (queue.poll(50, TimeUnit.SECONDS) != null) {
                    taken.countDown();
                }
            } catch (InterruptedException e) {
                // ends
            }
        });
    }
}
