package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.component.api.InvalidTokenException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Access tokens: shared, renewed ahead of their end, and repeated once where DingTalk refuses one. */
class AccessTokenTest {

    private static final String SEND = "dingtalk:send?recipientId=staff001";

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private List<Exchange> atOnce(int callers) {
        List<CompletableFuture<Exchange>> sent = IntStream.range(0, callers)
                .mapToObj(i -> bare.producer().asyncSend(SEND, exchange -> exchange.getMessage().setBody("message " + i + " of "
                + callers))).toList();
        return sent.stream().map(CompletableFuture::join).toList();
    }

    @Test
    void sixtyFourCallersShareOneRefresh() {
        bare.simulator().faults().on(ApiFamily.TOKEN).slow(Duration.ofMillis(300));

        assertThat(atOnce(64)).allSatisfy(exchange -> assertThat(exchange.getException()).isNull());

        assertThat(bare.requests(BareContext.TOKEN)).hasSize(1);
        assertThat(bare.texts(bare.dm("staff001"))).hasSize(64);
    }

    @Test
    void allWhoseTokenIsRefusedShareOneRefreshAndRepeatOnce() {
        atOnce(1);
        bare.simulator().expireToken(BareContext.APP_KEY);

        assertThat(atOnce(32)).allSatisfy(exchange -> assertThat(exchange.getException()).isNull());

        assertThat(bare.requests(BareContext.TOKEN)).hasSize(2);
        assertThat(bare.texts(bare.dm("staff001"))).hasSize(33).doesNotHaveDuplicates();
    }

    @Test
    void aSecondRefusalIsAFailureAndNotRepeatedForever() {
        bare.simulator().faults().on("/v1.0/robot/oToMessages/batchSend").untilCleared().expireToken();

        assertThat(bare.send(SEND, "hello").getException()).isInstanceOf(InvalidTokenException.class);
        assertThat(bare.requests("/v1.0/robot/oToMessages/batchSend")).hasSize(2);
    }

    @Test
    void aTokenOfTheOlderApiIsRenewedAsWell() {
        bare.simulator().mobile("13800000000", "staff002");
        atOnce(1);
        bare.simulator().expireToken(BareContext.APP_KEY);

        assertThat(bare.send("dingtalk:send?recipientType=mobile&recipientId=13800000000", "hello").getException()).isNull();
        assertThat(bare.texts(bare.dm("staff002"))).containsExactly("hello");
    }

    @Test
    void wrongCredentialsNameTheOptionsAndNeverTheSecret() {
        Exchange sent = bare.send(SEND + "&appSecret=wrong-secret-7", "hello");

        assertThat(sent.getException()).isInstanceOfSatisfying(RejectedException.class, e -> {
            assertThat(e.code()).isEqualTo("invalidClientIdOrSecret");
            assertThat(e.remedy()).contains("option appKey").contains("option appSecret");
            assertThat(e.toString()).doesNotContain("wrong-secret-7");
        });
        assertThat(bare.send(SEND, "hello").getException()).as("another endpoint with the right secret").isNull();
    }

    @Test
    void aTokenNearItsEndIsGivenOutWhileAnotherOneIsAskedFor() {
        Clock clock = new Clock();
        bare.context().getRegistry().bind("clock", InstantSource.class, clock);
        // a component of its own, made after the clock was bound
        DingTalkComponent component = new DingTalkComponent(bare.context());
        component.setConfiguration(bare.component().getConfiguration());
        bare.context().addComponent("later", component);

        bare.send("later:send?recipientId=staff001", "one");
        clock.passes(Duration.ofMinutes(105));
        bare.send("later:send?recipientId=staff001", "two");
        assertThat(bare.requests(BareContext.TOKEN)).as("more than ten minutes before its end").hasSize(1);

        clock.passes(Duration.ofMinutes(6));
        bare.simulator().faults().on(ApiFamily.TOKEN).slow(Duration.ofMillis(300));
        Exchange sent = bare.send("later:send?recipientId=staff001", "three");

        assertThat(sent.getException()).isNull();
        BareContext.await(() -> bare.requests(BareContext.TOKEN).size() == 2);
        assertThat(bare.texts(bare.dm("staff001"))).containsExactly("one", "two", "three");
    }

    private static final class Clock implements InstantSource {
        private Duration ahead = Duration.ZERO;

        void passes(Duration time) {
            ahead = ahead.plus(time);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }
    }

    @Test
    void anotherAppHasATokenOfItsOwn() {
        bare.simulator().addApp(SimulatedApp.of("dingother", "other-secret"));
        bare.send(SEND, "hello");
        bare.send(SEND + "&appKey=dingother&appSecret=other-secret", "hello");

        assertThat(bare.requests(BareContext.TOKEN)).hasSize(2);
        assertThat(bare.simulator().deliveries()).extracting(delivery -> delivery.robotCode()).containsExactly(BareContext.APP_KEY,
                "dingother");
    }
}
