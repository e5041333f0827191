package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.Permit;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:reply} answers the message that the exchange came from, whole. */
class ReplyTest {

    private final BareContext bare = new BareContext();
    private final AtomicReference<Exchange> replied = new AtomicReference<>();

    @AfterEach
    void close() {
        bare.close();
    }

    private void answer(String uri, String text, Map<String, Object> headers) throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                onException(DingTalkException.class).maximumRedeliveries(2).redeliveryDelay(10);
                from("dingtalk:messages").process(exchange -> {
                    exchange.getMessage().setBody(text);
                    exchange.getMessage().setHeaders(new HashMap<>(headers));
                }).to(uri).process(exchange -> replied.set(exchange.copy()));
            }
        }).connected(1);
    }

    private List<Delivery> inGroup() {
        return bare.simulator().deliveriesTo(BareContext.GROUP);
    }

    @Test
    void repliesInADmByTheSessionWebhook() throws Exception {
        answer("dingtalk:reply", "**done**", Map.of());
        PushResult sent = bare.simulator().say(UserMessage.text("build").byStream());

        assertThat(sent.accepted()).isTrue();
        assertThat(bare.simulator().deliveriesTo(sent.conversationId())).singleElement().satisfies(delivery -> {
            assertThat(delivery.channel()).isEqualTo(Delivery.Channel.SESSION);
            assertThat(delivery.text()).isEqualTo("**done**");
            assertThat(delivery.msgUuid()).isNotEmpty();
        });
        assertThat(bare.requests(BareContext.TOKEN)).as("a session webhook needs no token").isEmpty();
        assertThat(replied.get().getMessage().getBody(Map.class)).containsEntry("errcode", 0);
    }

    @Test
    void mentionsThePersonWhoAskedAndTheOthersOfTheOptions() throws Exception {
        answer("dingtalk:reply?atMobiles=13800000000", "done", Map.of("CamelDingTalkAtUserIds", List.of("staff003")));
        bare.simulator().say(UserMessage.text("build").from("staff002").inGroup(BareContext.GROUP).byStream());

        Delivery delivery = inGroup().get(0);
        assertThat(delivery.text()).startsWith("@staff002").contains("@staff003").contains("@13800000000").endsWith("\n\ndone");
        assertThat(delivery.at().userIds()).containsExactly("staff002", "staff003");
        assertThat(delivery.at().mobiles()).containsExactly("13800000000");
    }

    @Test
    void doesNotMentionThePersonWhoAskedWhereTheOptionSaysSo() throws Exception {
        answer("dingtalk:reply?mentionSender=false", "done", Map.of());
        bare.simulator().say(UserMessage.text("build").inGroup(BareContext.GROUP).byStream());

        assertThat(inGroup().get(0).text()).isEqualTo("done");
    }

    @Test
    void repliesByTheRobotApiWhereTheSessionIsNearItsEnd() throws Exception {
        answer("dingtalk:reply", "done", Map.of());
        bare.simulator().say(UserMessage.text("build").inGroup(BareContext.GROUP).sessionExpiresAt(Instant.now().plusSeconds(30))
                .byStream());

        assertThat(inGroup()).singleElement().satisfies(delivery -> assertThat(delivery.channel()).isEqualTo(Delivery.Channel.GROUP));
        assertThat(replied.get().getMessage().getHeader("CamelDingTalkSentMessageId")).isEqualTo(inGroup().get(0).processQueryKey());
    }

    @Test
    void repliesByTheRobotApiWhereDingTalkSaysThatTheSessionExpired() throws Exception {
        answer("dingtalk:reply", "done", Map.of());
        bare.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).answer(200, "{\"errcode\":300001,\"errmsg\":\"session 不存在\"}");
        PushResult sent = bare.simulator().say(UserMessage.text("build").byStream());

        assertThat(bare.simulator().deliveriesTo(sent.conversationId())).singleElement()
                .satisfies(delivery -> assertThat(delivery.channel()).isEqualTo(Delivery.Channel.OTO));
    }

    @Test
    void neverPostsToASessionWebhookOnAnotherHost() throws Exception {
        answer("dingtalk:reply", "done", Map.of());
        bare.simulator().say(UserMessage.text("build").with("{\"sessionWebhook\":\"http://127.0.0.1:9/robot/sendBySession?session=x\"}")
                .byStream());

        BareContext.await(() -> replied.get() != null);
        assertThat(bare.simulator().deliveries()).singleElement().satisfies(it -> assertThat(it.channel()).isEqualTo(Delivery.Channel.OTO));
    }

    @Test
    void sendsALongReplyInOrderAndInWholeCharacters() throws Exception {
        String text = "paragraph 🙂 one\n\n".repeat(40);
        answer("dingtalk:reply?maxMessageLength=100", text, Map.of());
        PushResult sent = bare.simulator().say(UserMessage.text("build").byStream());

        List<String> texts = bare.texts(sent.conversationId());
        assertThat(texts).hasSizeGreaterThan(5).allSatisfy(each -> assertThat(each).hasSizeLessThanOrEqualTo(100));
        assertThat(String.join("", texts)).isEqualTo(text);
    }

    @Test
    void aRedeliveryOfCamelContinuesWhereTheFirstTryFailed() throws Exception {
        String text = "paragraph one\n\n".repeat(20);
        answer("dingtalk:reply?maxMessageLength=100", text, Map.of());
        bare.simulator().faults().on(ApiFamily.ROBOT).after(1).throttle();
        PushResult sent = bare.simulator().say(UserMessage.text("build").sessionExpiresAt(Instant.now()).byStream());

        assertThat(sent.accepted()).isTrue();
        assertThat(String.join("", bare.texts(sent.conversationId()))).isEqualTo(text);
    }

    @Test
    void aLostAnswerIsSentAgainWithTheSameKeySoThatItIsShownOnce() throws Exception {
        answer("dingtalk:reply", "done", Map.of());
        bare.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).dropAfter();
        PushResult sent = bare.simulator().say(UserMessage.text("build").byStream());

        assertThat(sent.accepted()).isTrue();
        assertThat(bare.texts(sent.conversationId())).containsExactly("done");
        assertThat(bare.requests("/robot/sendBySession")).hasSize(2);
    }

    /** Answers after the property was set, by an exchange that can wait. */
    private void answerPatiently(String text, String property, Object value) throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                onException(Exception.class).handled(true).process(exchange -> replied.set(exchange.copy()));
                from("dingtalk:messages").process(exchange -> {
                    exchange.setProperty(CallLimiter.WAIT_UNTIL, Instant.now().plusSeconds(60));
                    exchange.setProperty(property, value);
                    exchange.getMessage().setBody(text);
                }).to("dingtalk:reply?maxMessageLength=100").process(exchange -> replied.set(exchange.copy()));
            }
        }).connected(1);
    }

    @Test
    void aMessageByTheSessionWebhookIsSentAgainAsTheStrategySaysForAnExchangeThatCanWait() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        bare.component().setCallRetry((call, failure, failures, until) -> {
            asked.add(call.name() + " " + failure.code() + " " + failures);
            return CompletableFuture.completedFuture(failures < 3);
        });
        answerPatiently("done", "none", "");
        bare.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).times(2).fail(503);
        PushResult sent = bare.simulator().say(UserMessage.text("build").byStream());
        bare.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).times(3).fail(503);
        PushResult failed = bare.simulator().say(UserMessage.text("again").byStream());

        assertThat(bare.texts(sent.conversationId())).containsExactly("done");
        assertThat(asked).containsExactly("session webhook ServiceUnavailable 1", "session webhook ServiceUnavailable 2",
                "session webhook ServiceUnavailable 1", "session webhook ServiceUnavailable 2", "session webhook ServiceUnavailable 3");
        assertThat(replied.get().getProperty(Exchange.EXCEPTION_CAUGHT)).isInstanceOf(UnavailableException.class);
        assertThat(replied.get().getProperty(CallRetry.TRIES)).isEqualTo(3);
        assertThat(failed.accepted()).isTrue();
    }

    @Test
    void isNotSentByTheRobotApiWhereTheSessionExpiresAfterAnAnswerWasLost() throws Exception {
        bare.component().setCallRetry((call, failure, failures, until) -> CompletableFuture.completedFuture(true));
        answerPatiently("done", "none", "");
        bare.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).dropAfter();
        bare.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).expireToken();
        PushResult sent = bare.simulator().say(UserMessage.text("build").byStream());

        assertThat(replied.get().getProperty(Exchange.EXCEPTION_CAUGHT)).isInstanceOf(OutcomeUnknownException.class);
        assertThat(bare.texts(sent.conversationId())).containsExactly("done");
        assertThat(bare.requests("/v1.0/robot/oToMessages/batchSend")).isEmpty();
    }

    @Test
    void anExchangeThatIsCancelledSendsNoFurtherMessageAndContinues() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        // before the first message, before its call, before the second message
        answerPatiently("paragraph one\n\n".repeat(20), CallLimiter.CANCELLED, (BooleanSupplier) () -> asked.incrementAndGet() > 2);
        PushResult sent = bare.simulator().say(UserMessage.text("build").byStream());

        assertThat(bare.texts(sent.conversationId())).hasSize(1);
        assertThat(replied.get().getProperty(Exchange.EXCEPTION_CAUGHT)).isNull();
        assertThat(replied.get().getMessage().getHeaders()).doesNotContainKey("CamelDingTalkChannel");
    }

    @Test
    void aCallThatIsCancelledWhileItWaitsForItsPermitIsNotMade() throws Exception {
        AtomicInteger given = new AtomicInteger();
        AtomicBoolean cancelled = new AtomicBoolean();
        AtomicInteger unused = new AtomicInteger();
        bare.context().getRegistry().bind("limiter", CallLimiter.class, (CallLimiter) (call, until) -> {
            cancelled.set(call.isSessionWebhook());
            given.incrementAndGet();
            return CompletableFuture.completedFuture(new Permit() {
                @Override
                public void answered() {
                }

                @Override
                public void failed(DingTalkException failure) {
                }

                @Override
                public void notUsed() {
                    unused.incrementAndGet();
                }
            });
        });
        bare.context().removeComponent("dingtalk");
        DingTalkConfiguration configuration = bare.component().getConfiguration();
        configuration.setAppKey(BareContext.APP_KEY);
        configuration.setAppSecret(BareContext.APP_SECRET);
        configuration.setApiBaseUrl(bare.simulator().url());
        configuration.setOapiBaseUrl(bare.simulator().url());
        answerPatiently("done", CallLimiter.CANCELLED, (BooleanSupplier) cancelled::get);
        bare.simulator().say(UserMessage.text("build").byStream());

        assertThat(given.get()).isPositive();
        assertThat(unused).hasValue(1);
        assertThat(bare.requests("/robot/sendBySession")).isEmpty();
        assertThat(replied.get().getProperty(Exchange.EXCEPTION_CAUGHT)).isNull();
    }

    @Test
    void saysByWhichChannelItWent() throws Exception {
        answer("dingtalk:reply", "done", Map.of("CamelDingTalkChannel", "carrier pigeon"));
        bare.simulator().say(UserMessage.text("build").byStream());
        assertThat(replied.get().getMessage().getHeader("CamelDingTalkChannel")).isEqualTo("sessionWebhook");

        bare.simulator().say(UserMessage.text("build").sessionExpiresAt(Instant.now()).byStream());
        assertThat(replied.get().getMessage().getHeader("CamelDingTalkChannel")).isEqualTo("robotApi");
    }

    @Test
    void aBlankBodyIsNoReply() throws Exception {
        answer("dingtalk:reply", "  ", Map.of());

        assertThat(bare.simulator().say(UserMessage.text("build").byStream()).accepted()).isTrue();
        assertThat(bare.simulator().deliveries()).isEmpty();
    }

    @Test
    void saysThatAnOutsiderWithoutASessionCannotBeReached() throws Exception {
        AtomicReference<Exception> failure = new AtomicReference<>();
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                onException(RejectedException.class).handled(true)
                        .process(exchange -> failure.set(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class)));
                from("dingtalk:messages").to("dingtalk:reply");
            }
        }).connected(1);
        bare.simulator().say(UserMessage.text("hi").without("senderStaffId").sessionExpiresAt(Instant.now()).byStream());

        assertThat(failure.get()).isInstanceOfSatisfying(RejectedException.class, e -> assertThat(e.code()).isEqualTo("noStaffId"));
    }

    @Test
    void saysWhatToDoWhereThereIsNoMessageToAnswer() {
        assertThat(bare.send("dingtalk:reply", "hello").getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dingtalk:send");
    }
}
