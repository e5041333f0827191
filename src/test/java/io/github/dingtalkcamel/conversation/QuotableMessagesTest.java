package io.github.dingtalkcamel.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Housekeeping;
import io.github.dingtalkcamel.store.Store;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuotableMessagesTest {

    @TempDir
    Path folder;

    private Instant now = Instant.ofEpochMilli(1_769_600_000_456L);

    @ParameterizedTest
    @EnumSource
    void knowsWhatWasSentByEachIdOfDingTalksAnswerUntilItIsTooOld(EachStore kind) throws Exception {
        try (Store store = kind.open(folder)) {
            QuotableMessages quotable = new QuotableMessages(store, () -> now);
            ObjectMapper json = new ObjectMapper();
            quotable.sent("main", json.readTree("{\"processQueryKey\":\"pqk\"}"), "by key \0");
            quotable.sent("main", json.readTree("{\"errcode\":0,\"messageId\":\"mid\"}"), "by message id");
            quotable.sent("main", json.readTree("{\"result\":{\"outTrackId\":\"track\"}}"), "a card");
            quotable.sent("main", json.readTree("{\"errcode\":0,\"errmsg\":\"ok\"}"), "without an id");
            quotable.sent("main", json.readTree("{\"processQueryKey\":\"" + "k".repeat(513) + "\"}"), "too long a key");
            store.writeAndWait(connection -> {
                quotable.remember(connection, "main", Map.of("long", "x".repeat(30_000)));
                quotable.remember(connection, "main", Map.of("track", "a card, changed"));
                return 1;
            });

            assertThat(quotable.sent("main", List.of("other", "pqk"))).contains("by key \ufffd");
            assertThat(quotable.sent("main", List.of("mid"))).contains("by message id");
            assertThat(quotable.sent("main", List.of("track"))).contains("a card, changed");
            assertThat(quotable.sent("main", List.of("long")).orElseThrow()).hasSize(20_000);
            assertThat(quotable.sent("second", List.of("pqk"))).as("another integration's").isEmpty();
            assertThat(quotable.sent("main", List.of("k".repeat(513)))).isEmpty();

            Housekeeping housekeeping = new Housekeeping(store, () -> now, List.of(QuotableMessages.expiry(Duration.ofDays(7))));
            housekeeping.deleteSome();
            assertThat(quotable.sent("main", List.of("pqk"))).isPresent();
            now = now.plus(Duration.ofDays(8));
            housekeeping.deleteSome();
            assertThat(quotable.sent("main", List.of("pqk"))).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void isNoReasonToRefuseAMessageWhenTheStoreDoesNotAnswer(EachStore kind) {
        Store store = kind.open(folder);
        QuotableMessages quotable = new QuotableMessages(store, () -> now);
        store.close();
        assertThat(quotable.sent("main", List.of("pqk"))).isEmpty();
        assertThat(quotable.received("main", "cid", "m")).isEmpty();
    }
}
