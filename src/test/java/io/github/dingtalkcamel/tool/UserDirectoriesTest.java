package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.User;
import io.github.dingtalkcamel.component.api.UserList;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UserDirectoriesTest {

    private static final Directory ALL = new Directory("main", "zh_CN", 1);
    private static final List<User> USERS = List.of(new User("staff001", "Zhang", null, null, null, null, List.of(1L)));

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final BlockingQueue<String> readings = new LinkedBlockingQueue<>();
    private Instant now = Instant.parse("2026-11-28T08:00:00Z");
    private final UserDirectories directories = new UserDirectories(context, () -> now);
    private volatile CountDownLatch answered = new CountDownLatch(0);
    private volatile Exception refusal;

    @BeforeEach
    void start() throws Exception {
        context.addService(directories);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:read-users").process(this::read);
            }

            private void read(Exchange exchange) throws Exception {
                readings.add(exchange.getVariable("integration") + " " + exchange.getMessage().getHeader(DingTalkConstants.LANGUAGE) + " "
                        + exchange.getMessage().getHeader(DingTalkConstants.DEPARTMENT_ID));
                answered.await();
                if (refusal != null) {
                    throw refusal;
                }
                exchange.getMessage().setBody(new UserList(USERS));
            }
        });
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private List<User> users(Directory directory) throws Exception {
        return directories.users(directory).get(20, TimeUnit.SECONDS);
    }

    @Test
    void readsADirectoryOnceForAllWhoAskMeanwhileAndForFiveMinutesAfterIt() throws Exception {
        answered = new CountDownLatch(1);
        CompletableFuture<List<User>> first = directories.users(ALL);
        CompletableFuture<List<User>> second = directories.users(ALL);
        assertThat(readings.poll(20, TimeUnit.SECONDS)).isEqualTo("main zh_CN 1");
        assertThat(second).isNotDone();
        answered.countDown();

        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(USERS).isSameAs(second.get(20, TimeUnit.SECONDS));
        now = now.plusSeconds(299);
        assertThat(users(ALL)).isEqualTo(USERS);
        assertThat(readings).isEmpty();
        now = now.plusSeconds(2);
        assertThat(users(ALL)).isEqualTo(USERS);
        assertThat(readings).hasSize(1);
    }

    @Test
    void readsEachDirectoryByItself() throws Exception {
        users(ALL);
        users(new Directory("other", "zh_CN", 1));
        users(new Directory("main", "en_US", 1));
        users(new Directory("main", "zh_CN", 7));

        assertThat(readings).containsExactly("main zh_CN 1", "other zh_CN 1", "main en_US 1", "main zh_CN 7");
    }

    @Test
    void tellsAFailureAsItIsAndReadsAgainAfterIt() throws Exception {
        refusal = new RejectedException("60011", "no permission", "grant it", null);
        assertThatThrownBy(() -> directories.users(ALL).join()).isInstanceOf(CompletionException.class).cause().isSameAs(refusal);

        refusal = null;
        // callers hear of a failure before the cache does
        Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> users(ALL), USERS::equals);
        assertThat(readings).hasSize(2);
    }

    @Test
    void letsAReadingWaitForFiveMinutes() {
        assertThat(directories.waitUntil()).isEqualTo(now.plusSeconds(300));
    }
}
