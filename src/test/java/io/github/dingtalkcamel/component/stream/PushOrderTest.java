package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.HttpConnections;
import io.github.dingtalkcamel.component.api.OptionNames;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The order in which messages reach the route where DingTalk pushes them over several connections of one app. */
class PushOrderTest {

    private final long now = System.currentTimeMillis();

    /** A route that holds its first message until it is let go. */
    private static final class HeldRoute implements StreamSubscriber {

        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch letGo = new CountDownLatch(1);
        private final List<String> messages = new CopyOnWriteArrayList<>();

        @Override
        public Set<Delivery.Kind> kinds() {
            return EnumSet.of(Delivery.Kind.MESSAGE);
        }

        @Override
        public void deliver(Delivery delivery, Consumer<FrameDispatcher.Outcome> done) {
            messages.add(delivery.content().json().path("msgId").asText());
            entered.countDown();
            try {
                letGo.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            done.accept(new FrameDispatcher.Outcome(null, null));
        }
    }

    @Test
    void ofMessagesThatWaitTheOneThatWasPushedFirstReachesTheRouteFirstByWhicheverConnectionItCame() throws Exception {
        HeldRoute route = new HeldRoute();
        try (FakeGateway gateway = new FakeGateway();
                StreamHub hub = new StreamHub(HttpConnections.client(Duration.ofSeconds(10), null), StreamTimeouts.PROMISED,
                        Clock.systemUTC(), null)) {
            StreamConnections connections = hub.of(app(gateway.url(), 2));
            connections.subscribe(route);
            connections.open();
            FakeGateway.Session a = gateway.session(0);
            FakeGateway.Session b = gateway.session(1);
            a.push(pushed("held", now));
            assertThat(route.entered.await(30, TimeUnit.SECONDS)).isTrue();

            // the exchanges of connection A are late: what it was given second is read last
            b.push(pushed("second", now + 2));
            b.push(pushed("fourth", now + 4));
            handedOver(b);
            a.push(pushed("first", now + 1));
            a.push(pushed("third", now + 3));
            handedOver(a);
            route.letGo.countDown();

            Awaitility.await().atMost(FakeGateway.PATIENCE).until(() -> route.messages.size() == 5);
            assertThat(route.messages).containsExactly("held", "first", "second", "third", "fourth");
            connections.disconnect();
        }
    }

    @Test
    void messagesOfOneMillisecondAndThoseWithoutAUsableTimeKeepTheOrderInWhichTheyWereRead() {
        List<PushedMessage> read = Stream.of(message(now, 1), message(now, 2), message(0, 3), message(now + 3_600_000, 4),
                message(now - 3_600_000, 5), message(now, 6)).toList();
        List<PushedMessage> sorted = new ArrayList<>(read);
        Collections.reverse(sorted);
        Collections.sort(sorted);
        assertThat(sorted).isEqualTo(read);
    }

    @Test
    void aTimeThatIsMinutesFromOursStillOrders() {
        assertThat(message(now + 300_001, 1)).isGreaterThan(message(now + 300_000, 2));
        assertThat(message(now - 300_000, 1)).isGreaterThan(message(now - 300_001, 2));
    }

    private PushedMessage message(long pushedAt, long number) {
        return new PushedMessage(pushedAt, now, number, () -> { });
    }

    /** What was pushed to this connection before was read: a ping behind it is answered. */
    private static void handedOver(FakeGateway.Session session) {
        session.push(Pushed.system(Frame.PING, "ping", "{\"opaque\":\"1\"}"));
        session.answerTo("ping");
    }

    private static String pushed(String msgId, long time) {
        ObjectNode frame = (ObjectNode) Pushed.json(Pushed.message("push-" + msgId, "{\"msgId\":\"" + msgId + "\"}"));
        ((ObjectNode) frame.get("headers")).put("time", String.valueOf(time));
        return frame.toString();
    }

    private static DingTalkApp app(String url, int connections) {
        return new DingTalkApp("main", "key", Secret.of("secret"), null, URI.create(url), URI.create(url), Language.EN, 6_000, connections,
                Set.of(), Secret.UNSET, Secret.UNSET, OptionNames.OF_URI);
    }
}
