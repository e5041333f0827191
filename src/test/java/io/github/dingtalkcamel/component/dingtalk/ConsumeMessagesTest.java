package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.component.message.EarlierMessages;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Redelivery;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:messages}: what arrives, and when it is acknowledged. */
class ConsumeMessagesTest {

    private BareContext bare = new BareContext();
    private final Queue<Exchange> arrived = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        bare.close();
    }

    private void consume(Processor processor) throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("dingtalk:messages").routeId("messages").process(exchange -> arrived.add(exchange.copy())).process(processor);
            }
        }).connected(1);
    }

    @Test
    void arrivesAsTextWithHeadersAndTheParsedMessage() throws Exception {
        consume(exchange -> { });

        PushResult sent = bare.simulator()
                .say(UserMessage.text("restart the build").from("staff002").inGroup(BareContext.GROUP).byStream());

        assertThat(sent.accepted()).isTrue();
        Exchange exchange = arrived.remove();
        assertThat(exchange.getMessage().getBody()).isEqualTo("restart the build");
        assertThat(exchange.getMessage().getHeaders()).containsEntry("CamelDingTalkConversationId", BareContext.GROUP)
                .containsEntry("CamelDingTalkConversationType", "group").containsEntry("CamelDingTalkSenderId", "staff002")
                .containsEntry("CamelDingTalkMessageId", sent.msgId()).containsEntry("CamelDingTalkMessageType", "text")
                .containsEntry("CamelDingTalkIntegration", BareContext.APP_KEY).containsKeys("CamelDingTalkSenderNick",
                "CamelDingTalkConversationTitle");
        assertThat(exchange.getProperty("CamelDingTalkMessage", InboundMessage.class).msgId()).isEqualTo(sent.msgId());
    }

    @Test
    void aQuoteWithoutItsTextHasThatOfTheApplicationsEarlierMessages() throws Exception {
        bare.component().setEarlierMessages(new EarlierMessages() {
            @Override
            public Optional<String> sent(String integration, Collection<String> keys) {
                return keys.contains("pqk") ? Optional.of("deployed v2 by " + integration) : Optional.empty();
            }

            @Override
            public Optional<String> received(String integration, String conversationId, String msgId) {
                return Optional.empty();
            }
        });
        consume(exchange -> { });

        assertThat(bare.simulator().say(UserMessage.text("undo that").quotingKey("pqk").byStream()).accepted()).isTrue();

        assertThat(arrived.remove().getProperty("CamelDingTalkMessage", InboundMessage.class).quote().text())
                .isEqualTo("deployed v2 by " + BareContext.APP_KEY);
    }

    @Test
    void isAcknowledgedWhenTheRouteIsDoneAndNotBefore() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("dingtalk:messages").process(exchange -> {
                    arrived.add(exchange.copy());
                    gate.await();
                });
            }
        }).connected(1);

        var saying = bare.simulator().sayAsync(UserMessage.text("slow").byStream());
        BareContext.await(() -> arrived.size() == 1);
        assertThat(bare.simulator().stream().acks()).isEmpty();
        gate.countDown();

        assertThat(saying.join().accepted()).isTrue();
    }

    @Test
    void isNotAcknowledgedAfterAnExceptionAndDeliveredAgain() throws Exception {
        bare.close();
        bare = new BareContext(SimulatorOptions.defaults().pushTimeout(Duration.ofMillis(700)));
        bare.simulator().stream().redelivery(Redelivery.onMissingAck(Duration.ofMillis(600)));
        consume(exchange -> {
            if (arrived.size() < 2) {
                throw new IllegalStateException("not now");
            }
        });

        PushResult sent = bare.simulator().say(UserMessage.text("again").byStream());

        assertThat(sent.status()).as("no answer to the first delivery").isZero();
        BareContext.await(() -> arrived.size() == 2);
        assertThat(arrived).extracting(exchange -> exchange.getMessage().getHeader("CamelDingTalkMessageId")).containsOnly(sent.msgId());
        BareContext.await(() -> bare.simulator().stream().acks().size() == 1);
    }

    @Test
    void isRefusedAsMalformedWhereAFieldIsMissing() throws Exception {
        consume(exchange -> { });

        PushResult sent = bare.simulator().say(UserMessage.text("no sender").without("senderId").byStream());

        assertThat(sent.status()).isEqualTo(400);
        assertThat(arrived).isEmpty();
        assertThat(bare.simulator().say(UserMessage.text("next").byStream()).accepted()).as("the connection is kept").isTrue();
    }

    @Test
    void messagesArriveInOrder() throws Exception {
        consume(exchange -> { });
        List<String> texts = IntStream.range(0, 50).mapToObj(i -> "m" + i).toList();

        texts.forEach(text -> bare.simulator().say(UserMessage.text(text).byStream()));

        assertThat(arrived).extracting(exchange -> exchange.getMessage().getBody()).isEqualTo(texts);
    }

    @Test
    void aStoppedRouteClosesItsConnectionAndAStartedOneOpensItAgain() throws Exception {
        consume(exchange -> { });

        bare.context().getRouteController().stopRoute("messages");
        BareContext.await(() -> bare.simulator().stream().connections().isEmpty());
        bare.context().getRouteController().startRoute("messages");
        bare.connected(1);

        assertThat(bare.simulator().say(UserMessage.text("back").byStream()).accepted()).isTrue();
    }

    @Test
    void aSuspendedRouteReceivesNothingUntilItIsResumed() throws Exception {
        consume(exchange -> { });

        bare.context().getRouteController().suspendRoute("messages");
        BareContext.await(() -> bare.simulator().stream().connections().isEmpty());
        bare.context().getRouteController().resumeRoute("messages");
        bare.connected(1);

        assertThat(bare.simulator().say(UserMessage.text("back").byStream()).accepted()).isTrue();
    }
}
