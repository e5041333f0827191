package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A consumer is ready while it has a connection; it never counts as dead. */
class ConsumerHealthTest {

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private HealthCheck consume() throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("dingtalk:messages").routeId("messages").to("log:consumed?level=OFF");
            }
        });
        return ((DingTalkConsumer) bare.context().getRoute("messages").getConsumer()).getHealthCheck();
    }

    @Test
    void isUpWithAConnectionAndOfNoConcernForLiveness() throws Exception {
        HealthCheck check = consume();

        BareContext.await(() -> check.call().getState() == HealthCheck.State.UP);
        assertThat(check.isLiveness()).isFalse();
    }

    @Test
    void isNoneWhereTheComponentHasItOff() throws Exception {
        bare.component().setHealthCheckConsumerEnabled(false);

        assertThat(consume()).isNull();
    }

    @Test
    void isDownWithTheRemedyWhereTheCredentialsAreWrong() throws Exception {
        bare.simulator().faults().on(ApiFamily.STREAM).untilCleared().answer(401, "{\"code\":\"authFailed\"}");
        HealthCheck check = consume();

        BareContext.await(() -> String.valueOf(check.call().getMessage().orElse("")).contains("option appSecret"));
        assertThat(check.call().getState()).isEqualTo(HealthCheck.State.DOWN);
    }
}
