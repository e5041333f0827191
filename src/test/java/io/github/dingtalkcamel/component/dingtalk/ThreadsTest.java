package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.dingtalkcamel.component.api.CachedThreadPool;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.builder.RouteBuilder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The component's threads. */
class ThreadsTest {

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();
    private final BareContext bare = new BareContext();
    private final Queue<String> continued = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        bare.close();
    }

    /** Answers a message that came by a Stream connection. */
    private void answerAMessage() throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("dingtalk:messages").to("dingtalk:reply").process(exchange -> continued.add(Thread.currentThread().getName()));
            }
        }).connected(1);
        bare.simulator().say(UserMessage.text("hello").byStream());
        BareContext.await(() -> continued.size() == 1);
    }

    private List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread)).map(Thread::getName)
                .filter(name -> name.startsWith("dingtalk-stream") || name.equals("dingtalk-calls")
                        || name.startsWith("Camel (" + bare.context().getName() + ")")).toList();
    }

    @Test
    void noneIsLeftWhenTheContextHasStopped() throws Exception {
        answerAMessage();
        assertThat(threads()).anyMatch(name -> name.startsWith("dingtalk-stream")).anyMatch(name -> name.contains("DingTalk"))
                .contains("dingtalk-calls");

        bare.context().stop();

        Awaitility.await().atMost(BareContext.PATIENCE).untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    @Test
    void theApplicationsAreSharedWhereItHasBoundSome() throws Exception {
        try (CachedThreadPool shared = CachedThreadPool.of(bare.context(), "Shared")) {
            bare.context().getRegistry().bind("shared", shared);
            bare.component().stop();
            bare.component().start();
            answerAMessage();

            assertThat(continued).singleElement().asString().contains("Shared");
        }
    }
}
