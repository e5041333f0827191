package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.IntegrationLookup;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.SimulatedEvent;
import org.apache.camel.Route;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.RoutePolicySupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Consumers of one app share their connections, which are subscribed to what they consume and to nothing else. */
class SharedConnectionsTest {

    private static final Set<String> ALL = Set.of("*", "/v1.0/im/bot/messages/get", "/v1.0/card/instances/callback");

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

    /** Of each open connection; one that was replaced is open for a while. */
    private List<Set<String>> connectionTopics() {
        return bare.simulator().stream().connections().stream().filter(each -> each.state() == Connection.State.OPEN)
                .map(each -> each.subscriptions().stream().map(one -> one.topic()).collect(Collectors.toSet())).toList();
    }

    @Test
    void threeConsumersShareOneConnection() throws Exception {
        bare.route(routes("dingtalk:messages", "dingtalk:events", "dingtalk:cards"));

        BareContext.await(() -> connectionTopics().contains(ALL));
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
    void consumersOfAnApplicationThatStartsOpenTheirConnectionOnce() throws Exception {
        try (DefaultCamelContext starting = new DefaultCamelContext()) {
            starting.getComponent("dingtalk", DingTalkComponent.class).setConfiguration(bare.component().getConfiguration());
            starting.addRoutes(routes("dingtalk:messages"));
            starting.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:slow").routePolicy(new RoutePolicySupport() {
                        @Override
                        public void onStart(Route route) {
                            // long enough for the connection to be opened before the next consumer starts, if it were opened by then
                            waitFor(() -> !bare.simulator().stream().openCalls().isEmpty(), Duration.ofMillis(500));
                        }
                    }).to("log:consumed?level=OFF");
                }
            });
            starting.addRoutes(routes("dingtalk:events", "dingtalk:cards"));

            starting.start();

            BareContext.await(() -> connectionTopics().contains(ALL));
            assertThat(bare.simulator().stream().openCalls()).hasSize(1);
        }
    }

    private static void waitFor(BooleanSupplier condition, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void disconnectAnswersWhatCameInAndClosesTheConnectionOnce() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        bare.route(routes("dingtalk:events", "dingtalk:cards")).route(new RouteBuilder() {
            @Override
            public void configure() {
                from("dingtalk:messages").routeId("messages").process(exchange -> {
                    arrived.countDown();
                    gate.await();
                });
            }
        });
        BareContext.await(() -> connectionTopics().contains(ALL));
        int opened = bare.simulator().stream().openCalls().size();
        CompletableFuture<PushResult> saying = bare.simulator().sayAsync(UserMessage.text("last").byStream());
        arrived.await();

        CompletableFuture<Void> gone = CompletableFuture.runAsync(() -> bare.component().disconnect());
        waitFor(() -> bare.simulator().stream().openCalls().size() > opened, Duration.ofMillis(500));
        assertThat(gone).isNotDone();
        gate.countDown();

        assertThat(gone).succeedsWithin(BareContext.PATIENCE);
        assertThat(saying.join().accepted()).isTrue();
        BareContext.await(() -> bare.simulator().stream().connections().isEmpty());
        assertThat(bare.simulator().stream().openCalls()).as("not replaced for those that left later").hasSize(opened);

        bare.context().getRouteController().stopRoute("messages");
        bare.context().getRouteController().startRoute("messages");
        BareContext.await(() -> topics().equals(List.of("/v1.0/im/bot/messages/get")));
    }

    @Test
    void aSetWithoutAppsReceivesNothingAndIsNoError() throws Exception {
        bare.component().setIntegrationLookup(new IntegrationLookup() {
            @Override
            public List<DingTalkApp> find(String integration) {
                return List.of();
            }

            @Override
            public boolean isSet(String integration) {
                return integration.equals("all");
            }
        });
        bare.route(routes("dingtalk:messages?integration=all"));

        assertThat(bare.context().getRoute("dingtalk-messages-integration-all").getConsumer())
                .isInstanceOfSatisfying(DingTalkConsumer.class,
                consumer -> assertThat(consumer.getConnected()).isEqualTo("0 of 0"));
        assertThatThrownBy(() -> bare.route(routes("dingtalk:events?integration=other")))
                .hasStackTraceContaining("no integration is called other");
        assertThatThrownBy(() -> bare.send("dingtalk:send?integration=all&recipientId=a", "text")).hasStackTraceContaining("names 0 apps");
    }

    @Test
    void twoRoutesCannotConsumeTheSameMessages() throws Exception {
        bare.route(routes("dingtalk:messages")).connected(1);

        assertThatThrownBy(() -> bare.route(routes("dingtalk:messages?language=en")))
                .hasStackTraceContaining("IllegalArgumentException: Two routes consume");
    }
}
