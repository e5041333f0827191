package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No thread waits for DingTalk. */
class AsyncTest {

    private static final int CALLS = 100;

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    @Test
    void oneThreadStartsManyCallsAndNoneWaitsForTheirAnswers() throws Exception {
        bare.send("dingtalk:send?recipientId=staff001", "warm up");
        bare.simulator().faults().on(ApiFamily.ROBOT).untilCleared().slow(Duration.ofSeconds(1));
        Endpoint endpoint = bare.context().getEndpoint("dingtalk:send?recipientId=staff001");
        AsyncProducer producer = endpoint.createAsyncProducer();
        producer.start();
        Queue<Exchange> done = new ConcurrentLinkedQueue<>();
        CountDownLatch all = new CountDownLatch(CALLS);
        int threads = Thread.activeCount();

        for (int i = 0; i < CALLS; i++) {
            Exchange exchange = endpoint.createExchange();
            exchange.getMessage().setBody("message " + i);
            boolean sync = producer.process(exchange, doneSync -> {
                done.add(exchange);
                all.countDown();
            });
            assertThat(sync).isFalse();
        }
        assertThat(done).as("the caller's thread was free before the first answer").isEmpty();
        int waiting = componentThreads();

        assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(done).hasSize(CALLS).allSatisfy(exchange -> assertThat(exchange.getException()).isNull());
        assertThat(waiting).as("of %d threads", threads).isLessThan(CALLS / 2);
    }

    private static int componentThreads() {
        return (int) Thread.getAllStackTraces().entrySet().stream().filter(each -> each.getKey().getName().contains("DingTalk"))
                .filter(each -> each.getValue().length > 0 && Arrays.stream(each.getValue())
                        .anyMatch(frame -> frame.getClassName().startsWith("io.github.dingtalkcamel"))).count();
    }
}
