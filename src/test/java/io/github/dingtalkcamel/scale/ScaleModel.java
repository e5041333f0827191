package io.github.dingtalkcamel.scale;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;

/**
 * A model of many nodes on one PostgreSQL: events in simulated time, with chance from a seed, so a run can be repeated. It needs nothing
 * but Java ({@code scripts/simulate-scale}). Assumptions:
 * <ul>
 * <li>Messages come at random times at a steady rate, each by a random node; a conversation is drawn from all of them, either all alike, or
 * by Zipf's law.</li>
 * <li>A message costs a node a fixed CPU time, half of it before and half after the agent, which takes an exponentially distributed
 * time.</li>
 * <li>A message is {@code writes} writes. A node has one thread that writes: it takes all that waits, 512 at most, into one transaction,
 * whose statements go to the database one after the other, a round trip each.</li>
 * <li>The database has processors, and a log that is synced for all transactions that wait for it at once. A transaction costs it CPU time,
 * each write in it too. A look every 250 ms costs CPU time, and some more for each conversation that the node holds.</li>
 * <li>A conversation is held by a node from its first message until a second after its last turn. A message that another node stored is
 * told by a notification after the commit, in a transaction of its own that syncs nothing: each one costs the database CPU time for each
 * node, since all nodes listen.</li>
 * <li>A node that dies leaves its conversations to the looks of the others, 100 a look, 10 s after its last heartbeat.</li>
 * </ul>
 * Not in the model: memory, locks between transactions, checkpoints, vacuum, DingTalk's own limits, and a network that fails.
 */
public final class ScaleModel {

    private static final int MOST_IN_A_TRANSACTION = 512;
    private static final double LOOK_MILLIS = 250;
    private static final double IDLE_MILLIS = 1_000;
    private static final double BEAT_MILLIS = 3_000;
    private static final double ALIVE_MILLIS = 10_000;
    private static final int MOST_CLAIMS = 100;

    /** Names and defaults of the parameters; times in milliseconds. */
    static final Map<String, Double> DEFAULTS = new TreeMap<>(Map.ofEntries(
            Map.entry("seed", 1.0), Map.entry("nodes", 3.0), Map.entry("conversations", 10_000.0), Map.entry("zipf", 0.0),
            Map.entry("rate", 100.0), Map.entry("people", 0.0), Map.entry("seconds", 20.0), Map.entry("agent", 2_000.0),
            Map.entry("nodeCores", 4.0), Map.entry("dbCores", 16.0), Map.entry("sharedCores", 0.0), Map.entry("roundTrip", 0.2),
            Map.entry("sync", 1.0), Map.entry("nodeCpu", 3.0), Map.entry("otherCpu", 0.0), Map.entry("writes", 4.0),
            Map.entry("transactionCpu", 0.17), Map.entry("writeCpu", 0.15), Map.entry("lookCpu", 0.6), Map.entry("heldCpu", 0.002),
            Map.entry("noticeCpu", 0.01), Map.entry("readCpu", 0.2), Map.entry("dies", 0.0)));

    private final Map<String, Double> parameters;
    private final Random random;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Integer, Conversation> active = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Pool database;
    private final Log log;
    private final double[] zipf;
    private final double end;
    private double now;
    private long sequence;

    private long stored;
    private long answered;
    private long transactions;
    private long claims;
    private long notices;
    private long takenOver;
    private double longestTakeover;
    private double firstMeasured;
    private final List<Double> storeWaits = new ArrayList<>();
    private final List<Double> answerWaits = new ArrayList<>();

    private record Event(double time, long sequence, Runnable run) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Double.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    ScaleModel(Map<String, Double> given) {
        parameters = new TreeMap<>(DEFAULTS);
        given.forEach((name, value) -> {
            if (!DEFAULTS.containsKey(name)) {
                throw new IllegalArgumentException("There is no parameter " + name + ". Use one of " + DEFAULTS.keySet());
            }
            parameters.put(name, value);
        });
        random = new Random((long) of("seed"));
        Pool shared = of("sharedCores") > 0 ? new Pool((int) of("sharedCores")) : null;
        database = shared != null ? shared : new Pool((int) of("dbCores"));
        log = new Log();
        for (int number = 0; number < of("nodes"); number++) {
            nodes.add(new Node(shared != null ? shared : new Pool((int) of("nodeCores"))));
        }
        zipf = of("zipf") > 0 ? cumulated((int) of("conversations"), of("zipf")) : null;
        end = of("seconds") * 1_000;
        firstMeasured = end / 4;
    }

    private double of(String name) {
        return parameters.get(name);
    }

    private static double[] cumulated(int count, double exponent) {
        double[] sums = new double[count];
        double sum = 0;
        for (int rank = 0; rank < count; rank++) {
            sum += 1 / Math.pow(rank + 1, exponent);
            sums[rank] = sum;
        }
        return sums;
    }

    private int drawConversation() {
        if (zipf == null) {
            return random.nextInt((int) of("conversations"));
        }
        int at = Arrays.binarySearch(zipf, random.nextDouble() * zipf[zipf.length - 1]);
        return at >= 0 ? at : -at - 1;
    }

    private void after(double delay, Runnable run) {
        events.add(new Event(now + delay, sequence++, run));
    }

    private double exponential(double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }

    /** Processors: work waits in one queue for the next one that is free. */
    private final class Pool {
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private final Deque<Double> costs = new ArrayDeque<>();
        private final int cores;
        private int busy;
        private double used;

        Pool(int cores) {
            this.cores = cores;
        }

        void work(double cost, Runnable then) {
            waiting.add(then);
            costs.add(cost);
            next();
        }

        private void next() {
            while (busy < cores && !waiting.isEmpty()) {
                Runnable then = waiting.poll();
                double cost = costs.poll();
                busy++;
                used += now >= firstMeasured ? cost : 0;
                after(cost, () -> {
                    busy--;
                    then.run();
                    next();
                });
            }
        }
    }

    /** The database's log: a sync covers all that wait when it begins. */
    private final class Log {
        private List<Runnable> waiting = new ArrayList<>();
        private boolean busy;
        private long syncs;

        void sync(Runnable then) {
            waiting.add(then);
            next();
        }

        private void next() {
            if (busy || waiting.isEmpty()) {
                return;
            }
            busy = true;
            syncs += now >= firstMeasured ? 1 : 0;
            List<Runnable> covered = waiting;
            waiting = new ArrayList<>();
            after(of("sync"), () -> {
                busy = false;
                covered.forEach(Runnable::run);
                next();
            });
        }
    }

    private static final class Conversation {
        private Node owner;
        private final Deque<Message> turns = new ArrayDeque<>();
        private boolean running;
        private double idleSince;
    }

    private record Message(int conversation, double arrived) {
    }

    private final class Node {
        private final Pool processors;
        private final Deque<Work> pending = new ArrayDeque<>();
        private final Map<Integer, Conversation> held = new HashMap<>();
        private boolean writing;
        private boolean dead;
        private double lastBeat;

        Node(Pool processors) {
            this.processors = processors;
            after(random.nextDouble() * LOOK_MILLIS, this::look);
            after(random.nextDouble() * BEAT_MILLIS, this::beat);
        }

        private void beat() {
            if (!dead) {
                lastBeat = now;
                after(BEAT_MILLIS, this::beat);
            }
        }

        void write(Runnable then) {
            write(null, then);
        }

        private void write(Message message, Runnable then) {
            pending.add(new Work(message, then));
            if (!writing) {
                transaction();
            }
        }

        private void transaction() {
            List<Work> batch = new ArrayList<>();
            while (!pending.isEmpty() && batch.size() < MOST_IN_A_TRANSACTION) {
                batch.add(pending.poll());
            }
            writing = !batch.isEmpty();
            if (writing) {
                transactions += now >= firstMeasured ? 1 : 0;
                // begin, the node's and the conversations' rows, each write, the conversations' rows, commit
                after(of("roundTrip") * (4 + batch.size()), () -> database.work(of("transactionCpu") + of("writeCpu") * batch.size(),
                        () -> log.sync(() -> {
                            boolean isTold = batch.stream().anyMatch(this::isTold);
                            batch.forEach(work -> work.then().run());
                            if (isTold) {
                                after(of("roundTrip"), () -> database.work(of("transactionCpu"), this::transaction));
                            } else {
                                transaction();
                            }
                        })));
            }
        }

        private boolean isTold(Work work) {
            Conversation known = work.message() == null ? null : active.get(work.message().conversation());
            return known != null && known.owner != null && known.owner != this;
        }

        private void look() {
            if (dead) {
                return;
            }
            database.work(of("lookCpu") + of("heldCpu") * held.size(), () -> {
                release();
                after(LOOK_MILLIS, this::look);
            });
            takeOver();
        }

        private void release() {
            held.entrySet().removeIf(each -> {
                Conversation conversation = each.getValue();
                boolean idle = !conversation.running && conversation.turns.isEmpty() && now - conversation.idleSince >= IDLE_MILLIS;
                if (idle) {
                    conversation.owner = null;
                    active.remove(each.getKey());
                    database.work(of("writeCpu"), () -> {
                    });
                }
                return idle;
            });
        }

        private void takeOver() {
            int free = MOST_CLAIMS;
            for (Node other : nodes) {
                if (!other.dead || now - other.lastBeat < ALIVE_MILLIS) {
                    continue;
                }
                List<Integer> ready = other.held.entrySet().stream()
                        .filter(each -> !each.getValue().turns.isEmpty() || each.getValue().running)
                        .map(Map.Entry::getKey).limit(free).toList();
                for (Integer key : ready) {
                    Conversation conversation = other.held.remove(key);
                    conversation.owner = this;
                    held.put(key, conversation);
                    claims++;
                    takenOver++;
                    free--;
                    longestTakeover = Math.max(longestTakeover, now - of("dies") * 1_000);
                    database.work(of("writeCpu") + of("readCpu"), () -> {
                        conversation.running = false;
                        next(key, conversation);
                    });
                }
            }
        }

        void receive(Message message) {
            processors.work(of("nodeCpu") / 2 + of("otherCpu"), () -> write(message, () -> stored(message)));
        }

        private void stored(Message message) {
            if (now >= firstMeasured) {
                stored++;
                storeWaits.add(now - message.arrived());
            }
            Conversation conversation = active.computeIfAbsent(message.conversation(), key -> new Conversation());
            conversation.turns.add(message);
            if (conversation.owner == null || conversation.owner.dead && now - conversation.owner.lastBeat >= ALIVE_MILLIS) {
                if (conversation.owner != null) {
                    conversation.owner.held.remove(message.conversation());
                    conversation.running = false;
                }
                conversation.owner = this;
                held.put(message.conversation(), conversation);
                claims += now >= firstMeasured ? 1 : 0;
            } else if (conversation.owner != this) {
                tell(message.conversation(), conversation);
                return;
            }
            next(message.conversation(), conversation);
        }

        private void tell(int key, Conversation conversation) {
            notices += now >= firstMeasured ? 1 : 0;
            database.work(of("noticeCpu") * nodes.size() + of("readCpu"), () -> {
                if (conversation.owner != null && !conversation.owner.dead) {
                    conversation.owner.next(key, conversation);
                }
            });
        }

        private void next(int key, Conversation conversation) {
            if (conversation.running || conversation.turns.isEmpty() || conversation.owner != this || dead) {
                return;
            }
            conversation.running = true;
            Message message = conversation.turns.peek();
            // as many writes as a message has beside its storing, the last one after the reply
            write(() -> after(exponential(of("agent")), () -> processors.work(of("nodeCpu") / 2,
                    () -> writes((int) of("writes") - 2, () -> answered(key, conversation, message)))));
        }

        private void writes(int count, Runnable then) {
            if (count <= 0) {
                then.run();
            } else {
                write(() -> writes(count - 1, then));
            }
        }

        private void answered(int key, Conversation conversation, Message message) {
            if (dead || conversation.owner != this) {
                return;
            }
            if (now >= firstMeasured) {
                answered++;
                answerWaits.add(now - message.arrived());
            }
            conversation.turns.remove(message);
            conversation.running = false;
            conversation.idleSince = now;
            next(key, conversation);
            if (of("people") > 0) {
                alive().receive(new Message(message.conversation(), now));
            }
        }
    }

    /** A write; the message where it is the one that stores it. */
    private record Work(Message message, Runnable then) {
    }

    private Node alive() {
        Node node = nodes.get(random.nextInt(nodes.size()));
        while (node.dead) {
            node = nodes.get(random.nextInt(nodes.size()));
        }
        return node;
    }

    private void arrive() {
        alive().receive(new Message(drawConversation(), now));
        after(exponential(1_000 / of("rate")), this::arrive);
    }

    /** What came out, after the first quarter of the time. */
    record Result(double offered, double storedPerSecond, double answeredPerSecond, double transactionsPerMessage, double claimsPerMessage,
            double noticesPerMessage, double syncsPerMessage, double databaseUse, double nodeUse, double syncsPerSecond, double storeMedian,
            double store99, double answerMedian, double answer99, int held, long takenOver, double longestTakeoverSeconds) {
    }

    Result run() {
        if (of("people") > 0) {
            for (int person = 0; person < of("people"); person++) {
                int conversation = person;
                after(random.nextDouble() * 100, () -> alive().receive(new Message(conversation, now)));
            }
        } else {
            arrive();
        }
        if (of("dies") > 0) {
            after(of("dies") * 1_000, () -> nodes.get(0).dead = true);
        }
        int mostHeld = 0;
        while (!events.isEmpty() && events.peek().time() < end) {
            Event event = events.poll();
            now = event.time();
            event.run().run();
            mostHeld = Math.max(mostHeld, active.size());
        }
        double seconds = (end - firstMeasured) / 1_000;
        double messages = Math.max(1, stored);
        double nodeUse = nodes.stream().mapToDouble(node -> node.processors.used).max().orElse(0) / nodes.get(0).processors.cores
                / (end - firstMeasured);
        return new Result(of("people") > 0 ? 0 : of("rate"), stored / seconds, answered / seconds, transactions / messages,
                claims / messages, notices / messages, log.syncs / messages, database.used / database.cores / (end - firstMeasured),
                nodeUse,
                log.syncs / seconds,
                quantile(storeWaits, 0.5), quantile(storeWaits, 0.99), quantile(answerWaits, 0.5), quantile(answerWaits, 0.99), mostHeld,
                takenOver, longestTakeover / 1_000);
    }

    private static double quantile(List<Double> values, double quantile) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
    }

    private static String line(Map<String, Double> given, Result result) {
        String store = result.store99() > 5_000 ? "grows"
                : String.format(Locale.ROOT, "%.0f/%.0f", result.storeMedian(), result.store99());
        String format = "| %.0f | %,.0f | %,.0f | %,.0f | %.2f | %.2f | %.2f | %.0f %% | %.0f %% | %,.0f | %s | %,d | %s |";
        return String.format(Locale.ROOT, format,
                given.getOrDefault("nodes", DEFAULTS.get("nodes")), given.getOrDefault("conversations", DEFAULTS.get("conversations")),
                result.offered(), result.answeredPerSecond(), result.transactionsPerMessage(), result.claimsPerMessage(),
                result.noticesPerMessage(), 100 * result.databaseUse(), 100 * result.nodeUse(), result.syncsPerSecond(), store,
                result.held(),
                result.takenOver() == 0 ? ""
                        : String.format(Locale.ROOT, "%,d in %.1f s", result.takenOver(), result.longestTakeoverSeconds()));
    }

    private static final String HEAD = """
            | nodes | conversations | offered/s | answered/s | transactions a message | claims | notifications | database CPU | node CPU \
            | syncs/s | stored after ms (median/99 %) | held at once | taken over |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|""";

    private static Map<String, Double> with(Object... pairs) {
        Map<String, Double> given = new HashMap<>();
        for (int at = 0; at < pairs.length; at += 2) {
            given.put((String) pairs[at], ((Number) pairs[at + 1]).doubleValue());
        }
        return given;
    }

    /** Parameters as {@code name=value}: one line. Without any: the table of docs/scale.md. */
    public static void main(String[] args) {
        List<Map<String, Double>> runs = new ArrayList<>();
        if (args.length > 0) {
            Map<String, Double> given = new HashMap<>();
            for (String argument : args) {
                String[] pair = argument.split("=", 2);
                given.put(pair[0], pair.length < 2 ? 1 : Double.parseDouble(pair[1]));
            }
            runs.add(given);
        } else {
            for (double[] each : new double[][] { { 3, 10_000, 300 }, { 10, 100_000, 1_000 }, { 30, 1_000_000, 3_000 },
                    { 100, 1_000_000, 3_000 }, { 100, 1_000_000, 6_000 }, { 100, 1_000_000, 12_000 },
                    { 100, 1_000_000, 20_000 } }) {
                runs.add(with("nodes", each[0], "conversations", each[1], "rate", each[2]));
            }
            runs.add(with("nodes", 100, "conversations", 1_000_000, "rate", 3_000, "zipf", 0.8));
            runs.add(with("nodes", 100, "conversations", 1_000_000, "rate", 6_000, "dies", 8, "seconds", 30));
            runs.add(with("nodes", 3, "conversations", 100_000, "rate", 1_000, "dies", 8, "seconds", 30));
        }
        System.out.println(HEAD);
        for (Map<String, Double> given : runs) {
            System.out.println(line(given, new ScaleModel(given).run()));
        }
    }
}
