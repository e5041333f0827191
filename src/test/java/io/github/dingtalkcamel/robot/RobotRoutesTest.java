package io.github.dingtalkcamel.robot;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Permit;
import io.github.dingtalkcamel.component.dingtalk.DingTalkComponent;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.observe.Unexpected;
import io.github.dingtalkcamel.queue.NonStoppingProcessor;
import io.github.dingtalkcamel.server.Refusals;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged routes of custom robots, with the component and a simulator in DingTalk's place. */
class RobotRoutesTest {

    private static final String GROUP = "cidFAKEgroup0001==";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final Simulator simulator = Simulator.start(SimulatorOptions.defaults());
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final CallsAtOnce calls = new CallsAtOnce();
    private Store store;
    private RobotQueue queue;
    private ProducerTemplate producer;

    /** Permits every call, and notes what was asked. */
    private static final class CallsAtOnce implements CallLimiter {
        private final AtomicInteger now = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private volatile boolean asksToWait;

        @Override
        public CompletableFuture<Permit> acquirePermission(ApiRequest call, Instant waitUntil) {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            asksToWait |= waitUntil != null;
            return CompletableFuture.completedFuture(new Permit() {
                @Override
                public void answered() {
                    now.decrementAndGet();
                }

                @Override
                public void failed(DingTalkException failure) {
                    now.decrementAndGet();
                }

                @Override
                public void notUsed() {
                    now.decrementAndGet();
                }
            });
        }
    }

    @BeforeEach
    void start() throws Exception {
        store = EachStore.SQLITE.open(folder);
        simulator.addCustomRobot(CustomRobot.of("robot-token", GROUP));
        URI url = URI.create(simulator.url());
        Settings settings = new SettingsReader(Map.of(), Map.of("dingtalk.webhook", url + "/robot/send?access_token=robot-token"), Map.of(),
                text -> text, 17).read().withBaseUrls(url, url);
        queue = new RobotQueue(settings, store, Clock.systemUTC());
        DingTalkComponent component = new DingTalkComponent(context);
        component.setCallLimiter(calls);
        context.addComponent("dingtalk", component);
        AwaitRobot awaitRobot = new AwaitRobot(context, queue, Clock.systemUTC());
        context.addService(awaitRobot);
        context.getRegistry().bind("robotQueue", queue);
        context.getRegistry().bind("awaitRobot", new NonStoppingProcessor(awaitRobot));
        context.getRegistry().bind("refusals", new Refusals());
        context.getRegistry().bind("unexpected", new Unexpected());
        for (String file : List.of("support-errors", "robot-queue")) {
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(ResourceHelper.resolveResource(context, "classpath:routes/" + file + ".camel.yaml"));
        }
        context.getShutdownStrategy().setTimeout(1);
        context.start();
        producer = context.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        context.stop();
        store.close();
        simulator.close();
    }

    private CompletableFuture<Exchange> say(String text, Secret robot) {
        return producer.asyncSend("direct:custom-robot", exchange -> {
            exchange.setVariable("integration", "main");
            exchange.setVariable("customRobot", robot);
            exchange.setProperty(CallLimiter.WAIT_UNTIL, Instant.now().plus(PATIENCE));
            exchange.getMessage().setHeader("CamelDingTalkMsgUuid", "one-of-the-caller");
            exchange.getMessage().setBody(Map.of("msgtype", "text", "text", Map.of("content", text)));
        });
    }

    @Test
    void sendsInOrderWithAKeyOfItsOwnForEachAndLeavesTheCallersHeadersAndTimeAside() {
        List<CompletableFuture<Exchange>> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            CompletableFuture<Exchange> one = say("alarm " + i, null);
            int stored = i + 1;
            // in the store in this order, while those before it are under way
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> store.<Long>read(connection ->
                    Sql.number(connection, "select count(*) from robot_message")) == stored);
            sent.add(one);
        }
        sent.forEach(each -> assertThat(each.join().getMessage().getBody()).isEqualTo(Map.of("queued", false)));

        List<Delivery> delivered = simulator.deliveriesTo(GROUP);
        assertThat(delivered).extracting(Delivery::text).containsExactly("alarm 0", "alarm 1", "alarm 2", "alarm 3", "alarm 4");
        assertThat(delivered).extracting(Delivery::msgUuid).doesNotHaveDuplicates().doesNotContain("one-of-the-caller");
        assertThat(calls.asksToWait).as("asks the limiter to wait").isFalse();
    }

    @Test
    void callsOnlySoManyRobotsAtTheSameTimeAndTheOthersLater() {
        simulator.faults().on(ApiFamily.CUSTOM_ROBOT).untilCleared().slow(Duration.ofSeconds(5));
        List<CompletableFuture<Exchange>> sent = IntStream.range(0, RobotLeases.MOST + 20).mapToObj(i -> {
            simulator.addCustomRobot(CustomRobot.of("robot-token-" + i, "cidGroup" + i));
            return say("hello", Secret.of(simulator.url() + "/robot/send?access_token=robot-token-" + i));
        }).toList();

        Awaitility.await().atMost(PATIENCE).until(() -> calls.most.get() >= RobotLeases.MOST);
        simulator.faults().clear();
        sent.forEach(each -> assertThat(each.join().getMessage().getBody()).isEqualTo(Map.of("queued", false)));
        assertThat(calls.most).hasValue(RobotLeases.MOST);
    }
}
