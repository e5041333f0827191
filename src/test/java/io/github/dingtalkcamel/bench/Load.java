package io.github.dingtalkcamel.bench;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.UserMessage;

/**
 * People who talk to a running application, each in a DM of their own, and the outcome of each message. A message is {@code m<number> 1},
 * numbered by person; its reply is expected in so many parts, each beginning with {@code m<number> <part>}.
 * <p>
 * Times are taken from when a message was to be pushed. With a closed loop that is when it was pushed. With an open loop it is the
 * timetable's time: what comes late because the application, or this driver, was busy is counted as late.
 */
public final class Load implements AutoCloseable {

    private static final Pattern PART = Pattern.compile("m(\\d+) (\\d+)");
    /** After this a message without its whole reply counts as lost. */
    private static final Duration LAST_REPLIES = Duration.ofSeconds(60);

    private final Simulator simulator;
    private final UnaryOperator<UserMessage> way;
    private final int parts;
    private final List<Talker> talkers = new ArrayList<>();
    private final Map<String, Talker> byConversation = new HashMap<>();
    private final Runnable unwatch;

    private final Times replies = new Times();
    private final Times acks = new Times();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger doubled = new AtomicInteger();
    private final AtomicInteger outOfOrder = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicReference<String> refusal = new AtomicReference<>();
    private volatile long lastReply;
    private volatile long closedLoopEnd;
    /** How many messages a closed loop may still begin. */
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

    /**
     * @param appKey whose robot they talk to
     * @param way    how they say it: by webhook or by Stream
     * @param parts  of one reply
     */
    public Load(Simulator simulator, String appKey, String name, int people, UnaryOperator<UserMessage> way, int parts) {
        this.simulator = simulator;
        this.way = message -> way.apply(message.to(appKey));
        this.parts = parts;
        for (int i = 0; i < people; i++) {
            Talker talker = new Talker(name + i);
            talkers.add(talker);
            byConversation.put(simulator.dm(appKey, talker.person), talker);
        }
        this.unwatch = simulator.watch(this::heard);
    }

    /** The outcome of the messages. {@code took} is from the first push to the last reply. */
    public record Outcome(int sent, Duration took, Times replies, Times acks, int refused, String refusal, int lost, int doubled,
            int outOfOrder) {

        public double perSecond() {
            return replies.count() / (took.toNanos() / 1e9);
        }

        public boolean right() {
            return refused == 0 && lost == 0 && doubled == 0 && outOfOrder == 0;
        }
    }

    /** Each says the next thing when the last was answered, for so long. */
    public Outcome closedLoop(Duration duration) {
        long begin = System.nanoTime();
        closedLoopEnd = begin + duration.toNanos();
        talkers.forEach(talker -> talker.say(System.nanoTime()));
        LockSupport.parkNanos(duration.toNanos());
        return outcome(begin);
    }

    /**
     * Each says the next thing when the last was answered, until so many messages were said and answered. Ends early when no reply comes
     * for a minute.
     */
    public Outcome closedLoop(int messages) {
        long begin = System.nanoTime();
        left.set(messages);
        closedLoopEnd = begin + Duration.ofHours(1).toNanos();
        lastReply = begin;
        talkers.forEach(Talker::next);
        while (left.get() > 0 && System.nanoTime() - lastReply < LAST_REPLIES.toNanos()) {
            LockSupport.parkNanos(10_000_000);
        }
        left.set(0);
        return outcome(begin);
    }

    /** So many messages a second by the timetable, one person after the other, independent of the replies. */
    public Outcome openLoop(int perSecond, Duration duration) {
        long begin = System.nanoTime();
        long messages = perSecond * duration.toSeconds();
        for (long i = 0; i < messages; i++) {
            long due = begin + i * 1_000_000_000L / perSecond;
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            talkers.get((int) (i % talkers.size())).say(due);
        }
        return outcome(begin);
    }

    private Outcome outcome(long begin) {
        long deadline = System.nanoTime() + LAST_REPLIES.toNanos();
        while (open.get() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000);
        }
        // what comes now has come already
        LockSupport.parkNanos(500_000_000);
        return new Outcome(sent.get(), Duration.ofNanos(Math.max(1, lastReply - begin)), replies, acks, refused.get(), refusal.get(),
                open.get(), doubled.get(), outOfOrder.get());
    }

    @Override
    public void close() {
        unwatch.run();
    }

    private void heard(Delivery delivery) {
        Talker talker = byConversation.get(delivery.conversationId());
        if (talker != null) {
            talker.heard(delivery.text());
        }
    }

    private static final class Message {
        final int number;
        final long due;
        int heard;

        Message(int number, long due) {
            this.number = number;
            this.due = due;
        }
    }

    private final class Talker {

        private final String person;
        private final Deque<Message> unanswered = new ArrayDeque<>();
        private int last;

        Talker(String person) {
            this.person = person;
        }

        void say(long due) {
            Message message;
            synchronized (this) {
                message = new Message(++last, due);
                unanswered.add(message);
            }
            sent.incrementAndGet();
            open.incrementAndGet();
            simulator.sayAsync(way.apply(UserMessage.text("m" + message.number + " 1").from(person)))
                    .whenComplete((answer, fault) -> taken(message, answer, fault));
        }

        private void taken(Message message, PushResult answer, Throwable fault) {
            if (fault == null && answer.accepted()) {
                acks.add(System.nanoTime() - message.due);
                return;
            }
            refused.incrementAndGet();
            refusal.compareAndSet(null, fault == null ? answer.fault() : fault.toString());
            boolean mine;
            synchronized (this) {
                mine = unanswered.remove(message);
            }
            if (mine) {
                open.decrementAndGet();
                next();
            }
        }

        void heard(String text) {
            Matcher part = PART.matcher(text);
            boolean answered = false;
            synchronized (this) {
                Message first = unanswered.peek();
                if (!part.lookingAt() || first == null || Integer.parseInt(part.group(1)) < first.number) {
                    doubled.incrementAndGet();
                    return;
                }
                int number = Integer.parseInt(part.group(1));
                Message message = unanswered.stream().filter(each -> each.number == number).findFirst().orElse(null);
                if (message == null || Integer.parseInt(part.group(2)) <= message.heard) {
                    doubled.incrementAndGet();
                    return;
                }
                message.heard++;
                if (message != first || Integer.parseInt(part.group(2)) != message.heard) {
                    outOfOrder.incrementAndGet();
                }
                if (message.heard == parts) {
                    lastReply = System.nanoTime();
                    replies.add(lastReply - message.due);
                    unanswered.remove(message);
                    answered = true;
                }
            }
            if (answered) {
                open.decrementAndGet();
                next();
            }
        }

        private void next() {
            long now = System.nanoTime();
            if (closedLoopEnd != 0 && now < closedLoopEnd && left.getAndUpdate(some -> Math.max(0, some - 1)) > 0) {
                say(now);
            }
        }
    }
}
