package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.simulator.platform.PushResult;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.component.seda.SedaEndpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Events come encrypted, are handed to each hook once, and are asked for again where that did not work (docs/promises.md 4,
 * docs/protocol.md 5.5, 5.6).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class EventTest {

    private static final String HANDED_ON =
            "seda:dingtalk-events?multipleConsumers=true&discardIfNoConsumers=true&waitForTaskToComplete=Never";

    private static final String HOOKS = """
            - route:
                id: hook-one
                from:
                  uri: seda:dingtalk-events
                  parameters:
                    multipleConsumers: true
                  steps:
                    - to: mock:one
            - route:
                id: hook-two
                from:
                  uri: seda:dingtalk-events
                  parameters:
                    multipleConsumers: true
                  steps:
                    - to: mock:two
            """;

    private Bot bot;

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of()).route("hooks.yaml", HOOKS).start();
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    @BeforeEach
    void forget() {
        MockEndpoint.resetMocks(bot.context());
    }

    @Test
    void reachesEachHookOnceWithWhatItSays() {
        String event = event("ev1");

        for (int i = 0; i < 3; i++) {
            PushResult sent = bot.simulator().pushEvent(Bot.APP_KEY, event);
            assertThat(sent.fault()).isNull();
            assertThat(sent.decrypted()).isEqualTo("success");
        }
        bot.simulator().pushEvent(Bot.APP_KEY, event("ev2"));

        for (String hook : List.of("one", "two")) {
            assertThat(ids(hook, 2)).containsExactlyInAnyOrder("ev1", "ev2");
            Exchange heard = mock(hook).getReceivedExchanges().stream()
                    .filter(it -> "ev1".equals(it.getMessage().getHeader("CamelDingTalkEventId"))).findFirst().orElseThrow();
            assertThat(heard.getMessage().getHeaders()).containsOnlyKeys("CamelDingTalkIntegration", "CamelDingTalkEventType",
                    "CamelDingTalkEventId")
                    .containsEntry("CamelDingTalkIntegration", "main").containsEntry("CamelDingTalkEventType", "user_add_org");
            assertThat(heard.getMessage().getBody(Map.class))
                    .isEqualTo(Map.of("EventType", "user_add_org", "eventId", "ev1", "UserId", List.of("u1"), "Name", "张三😀"));
        }
        assertThat(bot.rows("select 1 from message")).isEmpty();
    }

    @Test
    void isHandedOnOnceWhenItComesManyTimesAtOnce() {
        List<CompletableFuture<PushResult>> pushes = IntStream.range(0, 20)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> bot.simulator().pushEvent(Bot.APP_KEY, event("at-once")))).toList();
        assertThat(pushes).allSatisfy(push -> assertThat(push.join().accepted()).isTrue());
        bot.simulator().pushEvent(Bot.APP_KEY, event("last"));

        assertThat(ids("one", 2)).containsExactlyInAnyOrder("at-once", "last");
    }

    @Test
    void isToldByItsContentWhereItHasNoId() {
        String nameless = "{\"EventType\":\"org_change\",\"TimeStamp\":1700000000000}";
        bot.simulator().pushEvent(Bot.APP_KEY, nameless);
        bot.simulator().pushEvent(Bot.APP_KEY, nameless);
        bot.simulator().pushEvent(Bot.APP_KEY, nameless.replace('1', '2'));

        assertThat(ids("one", 2)).doesNotHaveDuplicates();
    }

    @Test
    void isKnownAgainAfterARestart() throws Exception {
        bot.simulator().pushEvent(Bot.APP_KEY, event("before"));
        ids("one", 1);
        bot.stop();
        bot.start();

        assertThat(bot.simulator().pushEvent(Bot.APP_KEY, event("before")).accepted()).isTrue();
        assertThat(bot.simulator().pushEvent(Bot.APP_KEY, event("after")).accepted()).isTrue();

        assertThat(ids("one", 1)).containsExactly("after");
    }

    @Test
    void isRefusedWhileTheHooksAreFullAndTakenWhenItComesAgain() throws Exception {
        SedaEndpoint hooks = bot.context().getEndpoint(HANDED_ON, SedaEndpoint.class);
        CountDownLatch held = new CountDownLatch(1);
        AtomicInteger sent = new AtomicInteger();
        String[] refused = new String[1];
        List<HttpResponse<String>> answers = new ArrayList<>();
        // not a RouteBuilder of our own: camel-main would find it and start it with every Bot
        RouteBuilder.addRoutes(bot.context(), routes -> routes.from("seda:dingtalk-events?multipleConsumers=true").routeId("held")
                .process(exchange -> held.await()));
        try (ProducerTemplate template = bot.context().createProducerTemplate()) {
            // the hooks' own threads hold some more before the queue fills for good
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> {
                fill(hooks, template);
                refused[0] = event("full-" + sent.incrementAndGet());
                Callback.Sealed sealed = Callback.sealed(Callback.JSON.readTree(refused[0]));
                answers.add(bot.post(bot.webhookUrl() + sealed.query(), sealed.body(), Function.identity()));
                return answers.get(answers.size() - 1).statusCode() != 200;
            });
            HttpResponse<String> answer = answers.get(answers.size() - 1);

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(Callback.JSON.readTree(answer.body()).at("/error/code").textValue()).isEqualTo("hooks_full");
            assertThat(bot.rows("select 1 from event_seen where event_id = 'full-" + sent.get() + "'")).isEmpty();
            // messages have a queue of their own
            assertThat(bot.say("meanwhile").accepted()).isTrue();
        } finally {
            held.countDown();
        }
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> hooks.getQueue().isEmpty());
        awaitQuietHooks();
        bot.context().getRouteController().stopRoute("held");
        bot.context().removeRoute("held");

        assertThat(bot.simulator().pushEvent(Bot.APP_KEY, refused[0]).accepted()).isTrue();
        assertThat(bot.simulator().pushEvent(Bot.APP_KEY, refused[0]).accepted()).isTrue();

        String id = "full-" + sent.get();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> heard("one").contains(id) && heard("two").contains(id));
        awaitQuietHooks();
        assertThat(heard("one")).filteredOn(id::equals).hasSize(1);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select 1 from message where state <> 'done'").isEmpty());
        bot.store().writeAndWait(connection -> connection.prepareStatement("delete from message").executeUpdate());
    }

    @Test
    void isDroppedWithoutAHook() throws Exception {
        SedaEndpoint hooks = bot.context().getEndpoint(HANDED_ON, SedaEndpoint.class);
        bot.context().getRouteController().stopRoute("hook-one");
        bot.context().getRouteController().stopRoute("hook-two");
        try {
            assertThat(bot.simulator().pushEvent(Bot.APP_KEY, event("unheard")).accepted()).isTrue();
            assertThat(hooks.getQueue()).isEmpty();
        } finally {
            bot.context().getRouteController().startRoute("hook-one");
            bot.context().getRouteController().startRoute("hook-two");
        }
        bot.simulator().pushEvent(Bot.APP_KEY, event("heard"));
        assertThat(ids("one", 1)).containsExactly("heard");
    }

    private static void fill(SedaEndpoint hooks, ProducerTemplate template) {
        while (hooks.getQueue().remainingCapacity() > 0) {
            template.sendBodyAndHeader(hooks, "filler", "CamelDingTalkEventId", "filler");
        }
    }

    /** Until every hook has heard everything: none but the filler may be under way, and both have heard the same number. */
    private void awaitQuietHooks() {
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.context().getInflightRepository().size() == 0 && heard("one").size() == heard("two").size());
    }

    private static String event(String id) {
        return "{\"EventType\":\"user_add_org\",\"eventId\":\"" + id + "\",\"UserId\":[\"u1\"],\"Name\":\"张三😀\"}";
    }

    private MockEndpoint mock(String hook) {
        return bot.context().getEndpoint("mock:" + hook, MockEndpoint.class);
    }

    /** Ids of what a hook has heard, once it is so much. */
    private List<String> ids(String hook, int atLeast) {
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> heard(hook).size() >= atLeast);
        return heard(hook);
    }

    private List<String> heard(String hook) {
        return List.copyOf(mock(hook).getReceivedExchanges()).stream()
                .map(it -> it.getMessage().getHeader("CamelDingTalkEventId", String.class)).toList();
    }
}
