package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.util.List;

import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.SimulatedEvent;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Consumers of one app share their connections, which are subscribed to what they consume and to nothing else. */
class SharedConnectionsTest {

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private static RouteBuilder routes(String... uris) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                for (String uri : uris) {
                    from(uri).routeId(uri.replaceAll("\\W", "-")).to("log:consumed?level=OFF");
                }
            }
        };
    }

    private List<String> topics() {
        return bare.simulator().stream().connections().stream().filter(each -> each.state() == Connection.State.OPEN)
                .flatMap(each -> each.subscriptions().stream()).map(each -> each.topic()).toList();
    }

    @Test
    void threeConsumersShareOneConnection() throws Exception {
        bare.route(routes("dingtalk:messages", "dingtalk:events", "dingtalk:cards"));

        BareContext.await(() -> topics().size() == 3);
        assertThat(topics()).containsExactlyInAnyOrder("*", "/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback");
        assertThat(bare.simulator().say(UserMessage.text("hello").byStream()).accepted()).isTrue();
        assertThat(bare.simulator().stream().event(SimulatedEvent.of("x", "{}")).accepted()).isTrue();
    }

    @Test
    void aConnectionIsSubscribedOnlyToWhatIsConsumed() throws Exception {
        bare.route(routes("dingtalk:events")).connected(1);

        assertThat(topics()).containsExactly("*");
    }

    @Test
    void aConsumerThatComesLaterHasTheConnectionReplacedWithoutALoss() throws Exception {
        bare.route(routes("dingtalk:messages")).connected(1);
        bare.route(routes("dingtalk:events"));

        BareContext.await(() -> topics().contains("*"));
        assertThat(bare.simulator().stream().event(SimulatedEvent.of("x", "{}")).accepted()).isTrue();
        assertThat(bare.simulator().say(UserMessage.text("hello").byStream()).accepted()).isTrue();
    }

    @Test
    void aStoppedConsumerLeavesTheOthersTheirConnection() throws Exception {
        bare.route(routes("dingtalk:messages", "dingtalk:events"));
        BareContext.await(() -> topics().size() == 2);

        bare.context().getRouteController().stopRoute("dingtalk-events");

        BareContext.await(() -> bare.simulator().stream().openCalls().size() == 2);
        assertThat(bare.simulator().say(UserMessage.text("hello").byStream()).accepted()).isTrue();
    }

    @Test
    void asManyConnectionsAsTheOptionSays() throws Exception {
        bare.route(routes("dingtalk:messages?connections=3")).connected(3);

        assertThat(bare.context().getRoute("dingtalk-messages-connections-3").getConsumer()).isInstanceOfSatisfying(DingTalkConsumer.class,
                consumer -> BareContext.await(() -> consumer.getConnected().equals("3 of 3")));
    }

    @Test
    void twoRoutesCannotConsumeTheSameMessages() throws Exception {
        bare.route(routes("dingtalk:messages")).connected(1);

        assertThatThrownBy(() -> bare.route(routes("dingtalk:messages?language=en"))).hasStackTraceContaining("IllegalArgumentException: Two routes consume");
    }
}
