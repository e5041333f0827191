package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.stream.SimulatedEvent;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:events}: done without an exception is SUCCESS, with one LATER. */
class ConsumeEventsTest {

    private final BareContext bare = new BareContext();
    private final Queue<Exchange> arrived = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        bare.close();
    }

    private void consume(boolean fails) throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("dingtalk:events").process(exchange -> {
                    arrived.add(exchange.copy());
                    if (fails) {
                        throw new IllegalStateException("full");
                    }
                });
            }
        }).connected(1);
    }

    @Test
    void arrivesAsAMapWithItsTypeAndId() throws Exception {
        consume(false);

        PushResult sent = bare.simulator().stream().event(SimulatedEvent.of("user_add_org", "{\"userId\":[\"staff227\"]}").id("e-1"));

        assertThat(sent.accepted()).isTrue();
        assertThat(sent.body()).contains("SUCCESS");
        Exchange exchange = arrived.remove();
        assertThat(exchange.getMessage().getBody()).isEqualTo(Map.of("userId", List.of("staff227")));
        assertThat(exchange.getMessage().getHeaders()).containsEntry("CamelDingTalkEventType", "user_add_org")
                .containsEntry("CamelDingTalkEventId", "e-1").containsEntry("CamelDingTalkIntegration", BareContext.APP_KEY);
    }

    @Test
    void isToComeLaterAfterAnException() throws Exception {
        consume(true);

        PushResult sent = bare.simulator().stream().event(SimulatedEvent.of("user_add_org", "{}"));

        assertThat(sent.accepted()).isFalse();
        assertThat(sent.body()).contains("LATER");
    }
}
