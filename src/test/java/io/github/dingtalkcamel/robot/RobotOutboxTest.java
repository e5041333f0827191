package io.github.dingtalkcamel.robot;

import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Store;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The messages to custom robots in the store. */
class RobotOutboxTest {

    @TempDir
    private Path folder;
    private Instant now = Instant.parse("2026-11-22T08:00:00Z");

    @ParameterizedTest
    @EnumSource(EachStore.class)
    void keepsTheMessagesOfEachRobotInTheirOrderUntilTheyEnd(EachStore kind) throws Exception {
        try (Store store = kind.open(folder)) {
            RobotOutbox outbox = new RobotOutbox(store, () -> now);
            Secret url = Secret.of("https://oapi.dingtalk.com/robot/send?access_token=x");
            assertThat(outbox.add("later", "main", url, "u1", "{\"n\":1}")).isTrue();
            assertThat(outbox.add("main", "main", Secret.UNSET, "u2", "{\"n\":2}")).isTrue();
            assertThat(outbox.add("later", "main", url, "u3", "{\"n\":3}")).isTrue();

            assertThat(outbox.robots(10)).containsExactly("later", "main");
            assertThat(outbox.robots(1)).containsExactly("later");
            RobotQueue.Waiting first = outbox.first("later");
            assertThat(first.msgUuid()).isEqualTo("u1");
            assertThat(first.payload()).isEqualTo("{\"n\":1}");
            assertThat(first.url()).isEqualTo(url);
            assertThat(first.queuedAt()).isEqualTo(now.toEpochMilli());
            assertThat(outbox.first("main").url().isSet()).isFalse();

            now = now.plusSeconds(5);
            Map<Long, DingTalkException> ends = new HashMap<>();
            ends.put(first.id(), null);
            ends.put(outbox.first("main").id(), new RejectedException("310000", "refused", "write a keyword", null));
            outbox.end(ends);
            assertThat(outbox.robots(10)).containsExactly("later");
            assertThat(outbox.first("later").msgUuid()).isEqualTo("u3");
            assertThat(outbox.first("main")).isNull();
            assertThat(outbox.waiting()).isEqualTo(1);
            assertThat(outbox.lastEnds("later", 20)).containsExactly(now.toEpochMilli());
        }
    }

    @ParameterizedTest
    @EnumSource(EachStore.class)
    void keepsTheLastBanOfARobot(EachStore kind) throws Exception {
        try (Store store = kind.open(folder)) {
            RobotOutbox outbox = new RobotOutbox(store, () -> now);
            assertThat(outbox.bannedUntil("main")).isZero();
            outbox.ban("main", 5);
            outbox.ban("main", 7_000_000_000_000L);
            // in order of submission: when this is durable, so are the bans
            outbox.add("other", "main", Secret.UNSET, "u", "{}");

            assertThat(outbox.bannedUntil("main")).isEqualTo(7_000_000_000_000L);
            assertThat(outbox.bannedUntil("other")).isZero();
        }
    }
}
