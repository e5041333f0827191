package io.github.dingtalkcamel.turn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.cluster.Lease;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.cluster.NodeWork;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The turns of this node, as the cluster sees them: read from the store, queued by the routes {@code turn-queue} and {@code
 * turn-queue-command}, given up.
 */
final class SharedTurns implements NodeWork {

    private static final Logger LOG = LoggerFactory.getLogger(SharedTurns.class);
    private static final String TURNS = "direct:queue-turn";
    private static final String COMMANDS = "direct:queue-command";

    private final SharedInbox inbox;
    private final StoredTurns stored;
    private final KeyedQueue turns;
    private final Leases leases;
    private final ProducerTemplate producer;

    SharedTurns(SharedInbox inbox, StoredTurns stored, KeyedQueue turns, Leases leases, ProducerTemplate producer) {
        this.inbox = inbox;
        this.stored = stored;
        this.turns = turns;
        this.leases = leases;
        this.producer = producer;
    }

    @Override
    public Reading read(String conversation, long afterSeq, Lease lease) throws StoreException {
        List<UnfinishedTurn> rows = new ArrayList<>();
        long seq = inbox.unfinishedOf(conversation, afterSeq, rows);
        List<Read> read = new ArrayList<>();
        for (UnfinishedTurn row : rows) {
            Turn turn = stored.turn(row, lease);
            if (turn != null) {
                read.add(new Read(row.seq(), () -> queue(turn), () -> turn.slot().release()));
            }
        }
        return new Reading(read, seq);
    }

    private void queue(Turn turn) {
        Exchange queued = producer.send(turn.isForBot() ? COMMANDS : TURNS, exchange -> {
            exchange.setProperty(Turn.PROPERTY, turn);
            exchange.setProperty(InboundMessage.PROPERTY, turn.message());
        });
        if (turn.slot().release()) {
            LOG.error("Turn {} could not be queued; it is read again when its conversation is given back", turn.reference(),
                    queued.getException());
        }
    }

    @Override
    public void takeCommands(List<Long> ids) throws StoreException {
        for (UnfinishedTurn row : inbox.commands(ids)) {
            Turn turn = stored.turn(row, leases.ofNode());
            if (turn != null) {
                queue(turn);
            }
        }
    }

    @Override
    public boolean isIdle(String conversation) {
        return turns.isIdle(conversation);
    }

    @Override
    public boolean isRunning(String conversation) {
        return turns.isRunning(conversation);
    }

    @Override
    public int free() {
        return turns.maxRunning() - turns.running() - turns.size();
    }

    @Override
    public void drop(String conversation, Lease lease) {
        turns.stop(conversation, turn -> turn.lease() == lease, null);
    }

    @Override
    public Collection<Long> running() {
        return turns.runningTurns().stream().map(Turn::id).toList();
    }

    @Override
    public void stop(Map<Long, String> stopped) {
        turns.runningTurns().stream().filter(turn -> stopped.containsKey(turn.id())).forEach(turn -> turns.stop(Turn.key(turn.message()),
                each -> each.id() == turn.id(), stopped.get(turn.id())));
    }
}
