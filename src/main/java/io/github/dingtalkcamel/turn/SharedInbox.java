package io.github.dingtalkcamel.turn;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.cluster.NodeWork;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;

/** What nodes that share a store ask of the stored messages, whichever of them works on a conversation. */
public final class SharedInbox {

    private final Store store;
    private final InstantSource clock;
    private final Leases leases;
    private final Inbox inbox;

    SharedInbox(Store store, InstantSource clock, Leases leases, Inbox inbox) {
        this.inbox = inbox;
        this.store = store;
        this.clock = clock;
        this.leases = leases;
    }

    /** Whether there are other nodes; if not, the queues in memory know all that can be asked here. */
    public boolean isShared() {
        return leases.isShared();
    }

    /**
     * Unfinished turns of a conversation after this number, in their order, for the node that works on it.
     *
     * @return what {@link NodeWork.Reading} promises of its number
     */
    long unfinishedOf(String conversation, long afterSeq, List<UnfinishedTurn> turns) throws StoreException {
        String integration = conversation.substring(0, conversation.indexOf('\n'));
        String id = conversation.substring(conversation.indexOf('\n') + 1);
        return store.read(connection -> {
            // before the turns: those that come in between are read next time
            long seq = Sql.number(connection, "select seq from conversation where integration = ? and conversation_id = ?", integration,
                    id);
            turns.addAll(Sql.list(connection, UnfinishedTurn.SELECT + """
                    where m.integration = ? and m.conversation_id = ? and m.state in ('received', 'running') and m.kind = 'turn'
                        and coalesce(m.seq, 0) > ? order by coalesce(m.seq, 0), m.id""", UnfinishedTurn::of, integration, id, afterSeq));
            return seq;
        });
    }

    /** Unfinished commands and refusals, in order of arrival. */
    List<UnfinishedTurn> commands(List<Long> ids) throws StoreException {
        List<UnfinishedTurn> commands = new ArrayList<>();
        for (long id : ids) {
            store.read(connection -> Sql.first(connection, UnfinishedTurn.SELECT
                    + "where m.id = ? and m.state in ('received', 'running')", UnfinishedTurn::of, id))
                    .ifPresent(commands::add);
        }
        commands.sort((one, other) -> Long.compare(one.id(), other.id()));
        return commands;
    }

    /**
     * Stops the unfinished turns of a conversation that arrived before the command, on whichever node they are.
     *
     * @param  sender only those of this person, or null for all
     * @param  person the name of the user who stops them, or null
     * @return        by id, whether it was being answered
     */
    public Map<Long, Boolean> stopBefore(InboundMessage message, long commandId, String sender, String person)
            throws StoreException {
        long now = clock.millis();
        return store.writeAndWait(leases.key(Turn.key(message)), connection -> {
            Map<Long, Boolean> stopped = new LinkedHashMap<>();
            Sql.query(connection, """
                    select id, state from message where integration = ? and conversation_id = ? and state in ('received', 'running')
                        and kind = 'turn'
                        and id < ? and (? or sender_id = ?) order by id""", rows -> {
                        while (rows.next()) {
                            stopped.put(rows.getLong(1), rows.getString(2).equals("running"));
                        }
                        return stopped;
                    }, message.integration(), message.conversationId(), commandId, sender == null, sender);
            for (long id : stopped.keySet()) {
                inbox.end(connection, id, "stopped", null, now);
            }
            leases.tellStopped(connection, stopped.keySet().stream().filter(stopped::get).toList(), person);
            return stopped;
        });
    }

    /**
     * How many turns of a conversation are being answered and wait, on whichever node they are.
     *
     * @return two numbers: running, waiting
     */
    public long[] unfinishedIn(InboundMessage message) throws StoreException {
        return store.read(connection -> Sql.query(connection, """
                select coalesce(sum(case when state = 'running' then 1 else 0 end), 0),
                    coalesce(sum(case when state = 'received' then 1 else 0 end), 0)
                from message
                where integration = ? and conversation_id = ? and state in ('received', 'running') and kind = 'turn'""", row -> {
                    row.next();
                    return new long[] { row.getLong(1), row.getLong(2) };
                }, message.integration(), message.conversationId()));
    }
}
