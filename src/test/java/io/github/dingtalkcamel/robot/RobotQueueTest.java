package io.github.dingtalkcamel.robot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.dingtalkcamel.cluster.Claims;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.RobotAddress;
import io.github.dingtalkcamel.component.api.SignedUrl;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Store;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * docs/protocol.md 6.2: at most 20 a minute, ten minutes' silence, in order, stored. Time is simulated, and so is the robot's own count.
 */
class RobotQueueTest {

    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-11-22T08:00:00Z");
    private final InstantSource clock = () -> now;

    private static Settings settings(Map<String, String> more) {
        Map<String, String> all =
                new java.util.HashMap<>(Map.of("dingtalk.webhook", "https://oapi.dingtalk.com/robot/send?access_token=" + TOKEN));
        all.putAll(more);
        try {
            return new SettingsReader(Map.of(), all, Map.of(), text -> text, 17).read();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private RobotQueue queue(Store store) {
        return queue(store, Map.of());
    }

    private RobotQueue queue(Store store, Map<String, String> more) {
        Settings settings = settings(more);
        return new RobotQueue(settings, store, clock);
    }

    private static Map<String, Object> text(String content) {
        return Map.of("msgtype", "text", "text", Map.of("content", content));
    }

    private static String content(RobotQueue.Waiting message) {
        return message.message().path("text").path("content").asText();
    }

    /** DingTalk's side: counts like a real robot, and bans like one. */
    private final class Robot {
        final List<String> taken = new ArrayList<>();
        final List<Instant> at = new ArrayList<>();
        int bans;
        Instant silentUntil = Instant.MIN;

        void drain(RobotQueue queue) throws Exception {
            for (RobotQueue.Waiting next = queue.next("main"); next != null; next = queue.next("main")) {
                Instant minuteAgo = now.minusSeconds(60);
                if (now.isBefore(silentUntil) || at.stream().filter(minuteAgo::isBefore).count() >= 20) {
                    bans++;
                    silentUntil = now.isBefore(silentUntil) ? silentUntil : now.plusSeconds(600);
                    queue.end(next, new ThrottledException("660026", "too fast", "wait", null));
                } else {
                    taken.add(content(next));
                    at.add(now);
                    now = now.plusMillis(50);
                    queue.sent(next);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(EachStore.class)
    void aBurstOfFortyArrivesInOrderSlowlyAndWithoutABanAlsoOverARestart(EachStore kind) throws Exception {
        String url = kind.freshUrl(folder);
        String user = kind == EachStore.SQLITE ? null : "postgres";
        Robot robot = new Robot();
        List<String> said = new ArrayList<>();
        try (Store store = Store.open(url, user, null)) {
            RobotQueue queue = queue(store);
            for (int i = 0; i < 40; i++) {
                said.add("alarm " + i);
                queue.add(text("alarm " + i), "main", null);
            }
            robot.drain(queue);
            assertThat(robot.taken).hasSize(20);
            assertThat(queue.due()).isEmpty();
        }
        try (Store store = Store.open(url, user, null)) {
            RobotQueue queue = queue(store);
            robot.drain(queue);
            assertThat(robot.taken).as("the restart does not forget the minute").hasSize(20);
            now = now.plusSeconds(58);
            robot.drain(queue);
            assertThat(robot.taken).hasSize(20);
            now = now.plusSeconds(3);
            assertThat(queue.due()).containsExactly("main");
            for (int i = 0; i < 40 && robot.taken.size() < 40; i++) {
                robot.drain(queue);
                now = now.plusSeconds(1);
            }
            assertThat(robot.taken).isEqualTo(said);
            assertThat(robot.bans).isZero();
            assertThat(queue.waiting()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(EachStore.class)
    void aBanIsWaitedForAlsoByTheNextProcess(EachStore kind) throws Exception {
        String url = kind.freshUrl(folder);
        String user = kind == EachStore.SQLITE ? null : "postgres";
        String uuid;
        try (Store store = Store.open(url, user, null)) {
            RobotQueue queue = queue(store);
            queue.add(text("one"), "main", null);
            RobotQueue.Waiting message = queue.next("main");
            uuid = message.msgUuid();
            queue.end(message, new ThrottledException("130101", "too fast", "wait", null));
            assertThat(queue.next("main")).isNull();
        }
        try (Store store = Store.open(url, user, null)) {
            RobotQueue queue = queue(store);
            now = now.plusSeconds(600);
            assertThat(queue.next("main")).isNull();
            now = now.plusSeconds(6);
            assertThat(queue.next("main").msgUuid()).as("DingTalk knows the repetition by it").isEqualTo(uuid);
        }
    }

    @Test
    void whatIsRefusedFailsAloneAndWhatIsNotTakenStaysTheFirst() throws Exception {
        try (Store store = EachStore.SQLITE.open(folder)) {
            RobotQueue queue = queue(store);
            CompletableFuture<Void> first = queue.add(text("no keyword"), "main", null).out();
            CompletableFuture<Void> second = queue.add(text("disk full"), "main", null).out();

            queue.end(queue.next("main"), new RejectedException("310000", "refused", "write a keyword", null));
            assertThat(catchThrowableOfType(CompletionException.class, first::join).getCause())
                    .isInstanceOfSatisfying(DingTalkException.class, refusal -> assertThat(refusal.code()).isEqualTo("310000"));

            RobotQueue.Waiting message = queue.next("main");
            assertThat(queue.next("main")).as("one at a time").isNull();
            queue.end(message, new UnavailableException("http503", "away", "wait", null));
            assertThat(queue.next("main")).isNull();
            now = now.plusSeconds(2);
            assertThat(queue.next("main")).isEqualTo(message);
            assertThat(second).isNotDone();
            queue.sent(message);
            assertThat(second).isCompleted();
        }
    }

    @Test
    void handsOutOneMessageAfterTheOtherToASplitThatLooksAheadUntilTheMinuteIsFull() throws Exception {
        try (Store store = EachStore.SQLITE.open(folder)) {
            RobotQueue queue = queue(store);
            for (int i = 0; i < 22; i++) {
                queue.add(text("alarm " + i), "main", null);
            }
            Iterator<RobotQueue.Waiting> sendable = queue.sendable("main");
            List<String> sent = new ArrayList<>();
            for (boolean more = sendable.hasNext(); more;) {
                RobotQueue.Waiting message = sendable.next();
                more = sendable.hasNext();
                if (message != null) {
                    sent.add(content(message));
                    queue.sent(message);
                }
            }

            assertThat(sent).hasSize(20).startsWith("alarm 0", "alarm 1").endsWith("alarm 19");
            assertThat(queue.waiting()).isEqualTo(2);
        }
    }

    @Test
    void hasABoundAndSaysSo() throws Exception {
        try (Store store = EachStore.SQLITE.open(folder)) {
            RobotQueue queue = queue(store);
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(CompletableFuture.runAsync(() -> {
                    for (int j = 0; j < RobotOutbox.CAPACITY / 4; j++) {
                        try {
                            queue.add(text("x"), "main", null);
                        } catch (RejectedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }));
            }
            all.forEach(CompletableFuture::join);

            RejectedException refusal = catchThrowableOfType(RejectedException.class, () -> queue.add(text("x"), "main", null));

            assertThat(refusal.code()).isEqualTo("queueFull");
            assertThat(refusal.remedy()).contains("20 messages a minute");
        }
    }

    @Test
    void signsAsDingTalkWants() {
        URI url = SignedUrl.of(URI.create("https://oapi.dingtalk.com/robot/send?access_token=x"), 1_700_000_000_000L,
                Secret.of("SEC0123456789abcdef"));

        assertThat(url.toString()).isEqualTo("https://oapi.dingtalk.com/robot/send?access_token=x&timestamp=1700000000000"
                + "&sign=TSZbRFUuvaSQaRKUpF970OPCb2%2FLcQAP3wOvwZIzBZk%3D");
    }

    @Test
    void neverShowsItsUrl() throws Exception {
        try (Store store = EachStore.SQLITE.open(folder)) {
            RobotQueue queue = queue(store, Map.of("dingtalk.webhook-secret", "SECabc"));
            queue.add(text("x"), "main", null);
            RobotQueue.Waiting message = queue.next("main");
            RobotAddress address = queue.address(message);
            ApiRequest request = address.request(message.message(), now);

            assertThat(request.uri().toString()).contains(TOKEN).contains("&sign=");
            assertThat(request + " " + address + " " + message + " " + queue).doesNotContain(TOKEN).doesNotContain("sign=");
        }
    }

    @Test
    void aRobotOutsideTheSettingsHasAQueueOfItsOwn() throws Exception {
        try (Store store = EachStore.SQLITE.open(folder)) {
            RobotQueue queue = queue(store);
            Secret other = Secret.of("https://oapi.dingtalk.com/robot/send?access_token=fedcba9876543210");
            String robot = queue.add(text("there"), "main", other).robot();

            assertThat(queue.next("main")).isNull();
            assertThat(queue.due()).containsExactly(robot);
            assertThat(queue.address(queue.next(robot)).url()).hasToString(other.reveal());
            assertThat(robot).doesNotContain("fedcba");
            assertThat(queue.add(text("here"), "main", Secret.of("https://oapi.dingtalk.com/robot/send?access_token=" + TOKEN)).robot())
                    .isEqualTo("main");
        }
    }

    @Test
    void wantsARobotOnDingTalksOrigin() throws Exception {
        try (Store store = EachStore.SQLITE.open(folder)) {
            RobotQueue foreign = queue(store, Map.of("dingtalk.webhook", "https://evil.example/robot/send?access_token=" + TOKEN));

            RejectedException refusal = catchThrowableOfType(RejectedException.class, () -> foreign.add(text("x"), "main", null));
            assertThat(refusal.code()).isEqualTo("foreignWebhook");
            assertThat(refusal.getMessage()).doesNotContain("evil");
            assertThat(catchThrowableOfType(RejectedException.class, () -> foreign.add(text("x"), "other", null)).code())
                    .isEqualTo("noWebhook");
        }
    }

    private static Secret other(int number) {
        return Secret.of("https://oapi.dingtalk.com/robot/send?access_token=%016d".formatted(number));
    }

    @Test
    void forgetsRobotsThatWereNotCalledWithinTheWindow() throws Exception {
        try (Store store = EachStore.SQLITE.open(folder)) {
            RobotQueue queue = queue(store);
            for (int i = 0; i < 30; i++) {
                queue.sent(queue.next(queue.add(text("x"), "main", other(i)).robot()));
            }
            assertThat(queue.remembered()).isEqualTo(30);
            now = now.plusSeconds(60);
            queue.due();
            assertThat(queue.remembered()).as("their minute is not over").isEqualTo(30);
            now = now.plusSeconds(1);
            queue.due();
            assertThat(queue.remembered()).isZero();
        }
    }

    @Test
    void remembersNoMoreRobotsThanItMayAndSendsToTheOthersLater() throws Exception {
        try (Store store = EachStore.SQLITE.open(folder)) {
            Settings settings = settings(Map.of());
            RobotQueue queue = new RobotQueue(settings, store, clock, Claims.ALONE, 2);
            List<String> robots = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                robots.add(queue.add(text("x"), "main", other(i)).robot());
            }
            queue.sent(queue.next(robots.get(0)));
            queue.sent(queue.next(robots.get(1)));
            assertThat(queue.next(robots.get(2))).isNull();
            assertThat(queue.due()).isEmpty();
            assertThat(queue.silence(robots.get(2))).isEqualTo(Duration.ofSeconds(1));
            assertThat(queue.remembered()).isEqualTo(2);

            now = now.plusSeconds(61);
            assertThat(queue.due()).containsExactly(robots.get(2));
            assertThat(queue.next(robots.get(2))).isNotNull();
        }
    }

    @Test
    void aBanOutlastsTheWindowOfARobotThatIsNotCalled() throws Exception {
        try (Store store = EachStore.SQLITE.open(folder)) {
            RobotQueue queue = queue(store);
            queue.add(text("x"), "main", null);
            queue.end(queue.next("main"), new ThrottledException("130101", "too fast", "wait", null));
            now = now.plusSeconds(300);

            assertThat(queue.due()).isEmpty();
            assertThat(queue.remembered()).isEqualTo(1);
            assertThat(queue.silence("main")).isEqualTo(Duration.ofSeconds(305));
        }
    }
}
