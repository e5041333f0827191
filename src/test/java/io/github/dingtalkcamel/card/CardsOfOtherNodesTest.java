package io.github.dingtalkcamel.card;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which node brings the card of a turn to its end. */
class CardsOfOtherNodesTest {

    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-11-28T08:00:00Z");
    private final InstantSource clock = () -> now;
    private Store store;
    private OpenCards cards;

    @BeforeEach
    void open() {
        store = EachStore.SQLITE.open(folder);
        cards = new OpenCards(store, clock);
        write("insert into node (id, name, version, joined_at, seen_at, alive_until) values ('n1', 'n1', '1', 0, 0, "
                + (now.toEpochMilli() + 3_600_000) + ")");
        write("insert into message (integration, msg_id, conversation_id, kind, state, payload, received_at, attempts, node_id)"
                + " values ('main', 'm1', 'c1', 'turn', 'running', '{}', 0, 1, 'n1')");
        cards.add("card", 1).join();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void write(String sql) {
        store.writeAndWait(connection -> Sql.update(connection, sql));
    }

    private void stopped() {
        now = now.plusSeconds(30);
        write("update message set state = 'stopped', finished_at = " + now.toEpochMilli());
    }

    @Test
    void theNodeThatAnsweredTheTurnHasAMinuteForIt() {
        assertThat(cards.due(10)).as("its turn runs").isEmpty();
        stopped();
        assertThat(cards.due(10)).as("a user stopped it by another node").isEmpty();
        now = now.plusSeconds(60);

        assertThat(cards.due(10)).singleElement().satisfies(card -> assertThat(card.outTrackId()).isEqualTo("card"));
    }

    @Test
    void whenThatNodeIsGoneAnyNodeEndsItAtOnce() {
        stopped();
        write("update node set alive_until = 0");

        assertThat(cards.due(10)).hasSize(1);
    }
}
