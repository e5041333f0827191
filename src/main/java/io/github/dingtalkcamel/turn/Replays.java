package io.github.dingtalkcamel.turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.dingtalkcamel.cluster.Lease;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes turns of the dead letters whose replay is asked for (docs/promises.md 7): in order of arrival of their messages, each through the
 * same queue as any turn, as fast as the queue has room beside new messages.
 * <p>
 * Promises: each request makes one turn. A crash before that leaves the request, one after it leaves an unfinished turn, which {@link
 * Resumption} resumes.
 */
public final class Replays {

    private static final Logger LOG = LoggerFactory.getLogger(Replays.class);
    private static final int PAGE = 500;
    /** Turns that may wait in a conversation before a replay: new messages there need places too. */
    private static final int FEW = 10;

    private final DeadLetters deadLetters;
    private final Messages messages;
    private final KeyedQueue queue;
    private final Resumption resumption;
    private final Leases leases;

    public Replays(DeadLetters deadLetters, Messages messages, KeyedQueue queue, Resumption resumption) {
        this(deadLetters, messages, queue, resumption, Leases.ALONE);
    }

    /** @param leases which node works on a conversation */
    public Replays(DeadLetters deadLetters, Messages messages, KeyedQueue queue, Resumption resumption, Leases leases) {
        this.leases = leases;
        this.deadLetters = deadLetters;
        this.messages = messages;
        this.queue = queue;
        this.resumption = resumption;
    }

    /** The turns to queue now, each in its place: none while those of an earlier process are not queued yet. */
    public synchronized List<Turn> requestedTurns() throws StoreException {
        return resumption.isUnfinished() ? List.of() : new Round().turns();
    }

    /** A look at all requests. What finds no room now finds it in a later round; nothing of its conversation overtakes it. */
    private final class Round {

        /** At most half of the queue. */
        private int room = queue.remainingCapacity() - queue.capacity() / 2;
        private final Set<String> full = new HashSet<>();
        private final Map<String, Integer> placed = new HashMap<>();
        private final Map<Long, Turn> turns = new HashMap<>();
        private final List<DeadLetters.Request> requests = new ArrayList<>();

        List<Turn> turns() throws StoreException {
            try {
                long after = 0;
                boolean more = true;
                while (more && room > 0 && requests.size() < PAGE) {
                    List<DeadLetters.Address> page = deadLetters.requested(after, PAGE);
                    for (DeadLetters.Address address : page) {
                        place(address);
                        after = address.messageId();
                    }
                    more = page.size() == PAGE;
                }
                if (leases.isShared()) {
                    long handedOver = requests.stream().filter(request -> handOver(request)).count();
                    LOG.debug("{} dead letters are replayed by the nodes that work on their conversations", handedOver);
                    return List.of();
                }
                Set<Long> taken = requests.isEmpty() ? Set.of() : deadLetters.takeUp(requests);
                List<Turn> queued = requests.stream().map(DeadLetters.Request::id).filter(taken::contains).map(turns::remove).toList();
                if (!queued.isEmpty()) {
                    LOG.info("{} dead letters are replayed", queued.size());
                }
                return queued;
            } finally {
                turns.values().forEach(turn -> turn.slot().release());
            }
        }

        private boolean handOver(DeadLetters.Request request) {
            return !leases.isQueueFull() && deadLetters.handOver(request);
        }

        private void place(DeadLetters.Address address) throws StoreException {
            String conversation = address.integration() + '\n' + address.conversationId();
            if (room <= 0 || full.contains(conversation)) {
                return;
            }
            DeadLetters.Request request = deadLetters.request(address);
            InboundMessage message;
            try {
                message = messages.restore(request.integration(), request.payload());
            } catch (BadMessageException e) {
                deadLetters.giveBack(request.id(), StoredTurns.cantBeATurn(request.integration(), e.getMessage()));
                return;
            }
            if (message == null) {
                deadLetters.giveBack(request.id(), StoredTurns.cantBeATurn(request.integration(), null));
                return;
            }
            String key = Turn.key(message);
            int before = queue.waiting(key) + placed.getOrDefault(key, 0);
            KeyedQueue.Slot slot = before < FEW ? queue.reserve(key, Turn.bytes(request.payload())) : null;
            if (slot == null) {
                if (queue.isFull()) {
                    // in bytes: the rest need not be looked at
                    room = 0;
                }
                full.add(conversation);
                return;
            }
            room--;
            placed.merge(key, 1, Integer::sum);
            requests.add(request);
            turns.put(request.id(), new Turn(request.messageId(), Turn.Kind.TURN, message, slot, request.reply(), new Cancellation(),
                    request.traceparent(), Lease.ALONE));
        }
    }
}
