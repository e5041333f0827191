package io.github.dingtalkcamel.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import io.github.dingtalkcamel.cluster.NodesOnOneStore;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.Spoken;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The outbox of two nodes. */
@Timeout(120)
class OutboxOverNodesTest {

    @TempDir
    Path folder;

    @Test
    void oneNodeAtATimeRelaysInOrderAndTheNextOneBeginsWhereItEnded() {
        try (NodesOnOneStore nodes = new NodesOnOneStore(folder, 2)) {
            List<OutboxRelay> relays = new ArrayList<>();
            List<String> sent = new ArrayList<>();
            for (int number = 0; number < 2; number++) {
                NodesOnOneStore.Node node = nodes.get(number);
                Outbox outbox = new Outbox(node.store(), InstantSource.system(), true);
                relays.add(new OutboxRelay(outbox, InstantSource.system(), node.claims()));
                Inbox inbox = new Inbox(node.store(), InstantSource.system(), node.leases(), 100, outbox);
                for (int message = 0; message < 3; message++) {
                    String msgId = "m" + (3 * number + message);
                    inbox.add(Spoken.in("cidA", msgId), Spoken.payload("cidA", msgId)).join();
                }
            }
            List<Object> expected = nodes.column("select event_id from outbox order by id");
            Iterator<Outbox.Entry> first = relays.get(0).waiting();
            assertThat(first).hasNext();
            assertThat(relays.get(1).waiting()).as("the other node relays").isExhausted();
            for (int event = 0; event < 3; event++) {
                Outbox.Entry entry = first.next();
                sent.add(entry.eventId());
                relays.get(0).sent(entry);
            }
            Outbox.Entry underWay = first.next();
            relays.get(0).close();
            assertThat(nodes.claimant("outbox")).as("an event is being sent").isEqualTo(nodes.get(0).id());
            sent.add(underWay.eventId());
            relays.get(0).sent(underWay);

            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> relays.get(1).waiting().hasNext());
            for (Iterator<Outbox.Entry> rest = relays.get(1).waiting(); rest.hasNext();) {
                Outbox.Entry entry = rest.next();
                sent.add(entry.eventId());
                relays.get(1).sent(entry);
            }
            assertThat(sent).hasSize(6).isEqualTo(expected);
            assertThat(nodes.column("select count(*) from outbox")).containsExactly(0L);
        }
    }
}
