package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.CallObserver;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.OptionNames;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.Permit;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.limits.DingTalkCallLimiter;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an application plugs in: a limiter of calls, an observer of calls, and integrations of its own. */
class StrategiesTest {

    private static final String SEND = "dingtalk:send?recipientId=staff001";

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    /** A component with what the test sets. */
    private String component(Consumer<DingTalkComponent> settings) {
        DingTalkComponent component = new DingTalkComponent(bare.context());
        component.setConfiguration(bare.component().getConfiguration());
        settings.accept(component);
        bare.context().addComponent("other", component);
        return "other:send?recipientId=staff001";
    }

    @Test
    void aCallThatTheLimiterDoesNotPermitIsNotMade() {
        String uri = component(it ->
                it.setCallLimiter((call, until) -> CompletableFuture.failedFuture(new CallNotPermittedException("notNow",
                "not now", "wait", "x"))));

        assertThat(bare.send(uri, "hello").getException()).isInstanceOfSatisfying(CallNotPermittedException.class,
                e -> assertThat(e.outcome()).isEqualTo(DingTalkException.Outcome.NOT_DONE));
        assertThat(bare.simulator().requests()).isEmpty();
    }

    @Test
    void theLimiterLearnsUntilWhenTheExchangeCanWaitAndHowEachCallEnded() {
        List<String> learned = new CopyOnWriteArrayList<>();
        Instant until = Instant.now().plusSeconds(60);
        CallLimiter limiter = (call, waitUntil) -> {
            learned.add("asked " + call.name() + " " + until.equals(waitUntil));
            return CompletableFuture.completedFuture(new Permit() {
                @Override
                public void answered() {
                    learned.add("answered " + call.name());
                }

                @Override
                public void failed(DingTalkException failure) {
                    learned.add("failed " + failure.code());
                }

                @Override
                public void notUsed() {
                    learned.add("not used");
                }
            });
        };
        String uri = component(it -> it.setCallLimiter(limiter));
        bare.simulator().faults().on(ApiFamily.ROBOT).fail(503);
        bare.producer().send(uri, exchange -> {
            exchange.setProperty(CallLimiter.WAIT_UNTIL, until);
            exchange.getMessage().setBody("hello");
        });

        // the call for an access token is shared with callers that can't wait
        assertThat(learned).containsExactly("asked /v1.0/oauth2/accessToken false", "answered /v1.0/oauth2/accessToken",
                "asked /v1.0/robot/oToMessages/batchSend true", "failed ServiceUnavailable");
    }

    @Test
    void aFailedCallIsMadeAgainAsTheStrategySaysForAnExchangeThatCanWait() {
        List<String> asked = new CopyOnWriteArrayList<>();
        Instant until = Instant.now().plusSeconds(60);
        String uri = component(it -> it.setCallRetry((call, failure, failures, waitUntil) -> {
            asked.add(call.name() + " " + failure.code() + " " + failures + " " + until.equals(waitUntil));
            return CompletableFuture.completedFuture(failures < 3);
        }));
        bare.simulator().faults().on(ApiFamily.ROBOT).times(2).fail(503);
        Exchange patient = bare.producer().send(uri, exchange -> {
            exchange.setProperty(CallLimiter.WAIT_UNTIL, until);
            exchange.getMessage().setBody("hello");
        });
        bare.simulator().faults().on(ApiFamily.ROBOT).times(1).fail(503);
        Exchange impatient = bare.send(uri, "hello");

        assertThat(patient.getException()).isNull();
        assertThat(asked).containsExactly("/v1.0/robot/oToMessages/batchSend ServiceUnavailable 1 true",
                "/v1.0/robot/oToMessages/batchSend ServiceUnavailable 2 true");
        assertThat(impatient.getException()).isInstanceOf(UnavailableException.class);
        assertThat(bare.requests("/v1.0/robot/oToMessages/batchSend")).hasSize(4);
    }

    @Test
    void aCardWhoseRepeatedCreationSaysThatItExistsIsNotToldAsRefused() {
        component(it -> it.setCallRetry((call, failure, failures, waitUntil) -> CompletableFuture.completedFuture(failures < 2)));
        bare.simulator().faults().on(ApiFamily.CARD).times(1).dropAfter();

        Exchange created = bare.producer().send("other:card?operation=create&cardTemplateId=tpl.schema"
                + "&recipientId=staff001", exchange -> {
            exchange.setProperty(CallLimiter.WAIT_UNTIL, Instant.now().plusSeconds(60));
            exchange.getMessage().setBody(Map.of("title", "T"));
        });

        assertThat(bare.requests("/v1.0/card/instances/createAndDeliver")).hasSize(2);
        assertThat(created.getException()).isInstanceOfSatisfying(OutcomeUnknownException.class,
                e -> assertThat(e.code()).isEqualTo("param.cardAlreadyExist"));
    }

    @Test
    void theApplicationsOwnLimiterOpensItsCircuitForTheComponentToo() {
        DingTalkCallLimiter gate = new DingTalkCallLimiter(Duration.ofMinutes(1), Clock.systemUTC(), System::nanoTime);
        String uri = component(it -> it.setCallLimiter(gate));
        bare.simulator().faults().on(ApiFamily.ROBOT).untilCleared().fail(503);

        List<Exception> failures = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            failures.add(bare.send(uri, "hello").getException());
        }

        assertThat(failures.get(19)).isInstanceOf(CallNotPermittedException.class);
        assertThat(bare.requests("/v1.0/robot/oToMessages/batchSend")).hasSizeLessThan(12);
    }

    @Test
    void anObserverOfTheRegistryIsFoundAndLearnsOfEachCall() {
        List<String> calls = new CopyOnWriteArrayList<>();
        bare.context().getRegistry().bind("observer", CallObserver.class, (CallObserver)
                (call, took, failure) -> calls.add(call.name() + " " + (took.toNanos() > 0) + " " + failure));
        bare.context().removeComponent("dingtalk");
        DingTalkConfiguration configuration = bare.component().getConfiguration();
        configuration.setAppKey(BareContext.APP_KEY);
        configuration.setAppSecret(BareContext.APP_SECRET);
        configuration.setApiBaseUrl(bare.simulator().url());
        configuration.setOapiBaseUrl(bare.simulator().url());

        bare.send(SEND, "hello");

        assertThat(calls).containsExactly("/v1.0/oauth2/accessToken true null", "/v1.0/robot/oToMessages/batchSend true null");
    }

    @Test
    void anIntegrationOfTheApplicationReplacesAppKeySecretAndAddresses() {
        String url = bare.simulator().url();
        component(it -> {
            it.setConfiguration(new DingTalkConfiguration());
            it.setIntegrationLookup(name -> name.equals("main") ? List.of(new DingTalkApp("main", BareContext.APP_KEY,
                    Secret.of(BareContext.APP_SECRET), null,
                    URI.create(url), URI.create(url), Language.EN, 6000, 1, Set.of(), Secret.UNSET,
                    Secret.UNSET, OptionNames.settings("dingtalk."))) : List.of());
        });

        Exchange sent = bare.send("other:send?recipientId=staff001&integration=main", "hello");

        assertThat(sent.getException()).isNull();
        assertThat(bare.texts(bare.dm("staff001"))).containsExactly("hello");
        assertThatThrownBy(() -> bare.send("other:send?recipientId=staff001&integration=none", "hello"))
                .hasStackTraceContaining("no integration is called none");
    }

    @Test
    void anEndpointThatNamesNoAppActsForTheIntegrationThatReceivedTheMessage() throws Exception {
        String url = bare.simulator().url();
        AtomicReference<String> lookedUp = new AtomicReference<>();
        component(it -> {
            it.setConfiguration(new DingTalkConfiguration());
            it.setIntegrationLookup(name -> {
                lookedUp.set(name);
                return List.of(new DingTalkApp(name, BareContext.APP_KEY, Secret.of(BareContext.APP_SECRET), null, URI.create(url),
                        URI.create(url), Language.EN, 6000, 1, Set.of(), Secret.UNSET, Secret.UNSET, OptionNames.settings("dingtalk.")));
            });
        });
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("dingtalk:messages").setBody().constant("done").to("other:reply");
            }
        }).connected(1);
        PushResult sent = bare.simulator().say(UserMessage.text("build").byStream());

        assertThat(bare.texts(sent.conversationId())).containsExactly("done");
        assertThat(lookedUp).hasValue(BareContext.APP_KEY);
        assertThat(bare.send("other:send?recipientId=staff001", "hello").getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set option integration");
    }
}
