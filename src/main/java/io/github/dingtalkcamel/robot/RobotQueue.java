package io.github.dingtalkcamel.robot;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.cluster.Claims;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.RetryableException;
import io.github.dingtalkcamel.component.api.RobotAddress;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.WebhookMessage;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.component.secrets.Sha256;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages to the integrations' custom robots, stored until they are sent: one after the other in their order, at most 20 in any minute for
 * each robot, also
 * across a restart. A robot that DingTalk has silenced is not called for ten minutes.
 * <p>
 * Promises: what {@link #add} accepted survives {@code kill -9}; it is sent, or its failure is in the log and on its row. After a crash in
 * the middle of
 * a call the message is sent again with its {@code msgUuid}, by which DingTalk recognises it.
 * <p>
 * Does not promise: that no other program uses up the robot's 20. A message that DingTalk throttles for that reason waits like the others.
 * <p>
 * Remembers a robot only while it was called within the last minute, is silenced or is being called, and {@value #MOST_ROBOTS} at most;
 * messages for more
 * robots than that wait in the store.
 */
public final class RobotQueue {

    /** Exchange property: the message that is being sent. */
    public static final String MESSAGE = "CamelDingTalkRobotMessage";
    /** Exchange property: what the caller waits for. */
    public static final String TICKET = "CamelDingTalkRobotTicket";

    static final int MOST_ROBOTS = 10_000;
    private static final Duration BLOCKED = Duration.ofMinutes(5);
    private static final Duration OLDEST = Duration.ofHours(24);
    private static final Duration NEXT_LOOK = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(RobotQueue.class);

    private final RobotAddresses addresses;
    private final RobotOutbox outbox;
    private final RobotLeases leases;
    private final InstantSource clock;
    private final Claims claims;
    private final int mostRobots;
    private final Map<String, KnownRobot> robots = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Void>> tickets = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public RobotQueue(Settings settings, Store store, InstantSource clock) {
        this(settings, store, clock, Claims.ALONE, MOST_ROBOTS);
    }

    /** @param claims which node sends to a robot; the clock has to be the same on all nodes */
    public RobotQueue(Settings settings, Store store, InstantSource clock, Claims claims) {
        this(settings, store, clock, claims, MOST_ROBOTS);
    }

    RobotQueue(Settings settings, Store store, InstantSource clock, Claims claims, int mostRobots) {
        this.claims = claims;
        this.addresses = new RobotAddresses(settings);
        this.outbox = new RobotOutbox(store, clock);
        this.leases = new RobotLeases(clock);
        this.clock = clock;
        this.mostRobots = mostRobots;
    }

    /**
     * A message that can be sent.
     *
     * @param robot which robot's: the integration's, or one whose URL is not in the settings
     * @param url   that URL, else unset
     */
    public record Waiting(long id, String robot, String integration, Secret url, String msgUuid, String payload, long queuedAt) {

        /** What is sent, in the form that custom robots take. */
        public JsonNode message() {
            try {
                return Json.MAPPER.readTree(payload);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("The store holds a message that is not JSON", e);
            }
        }

        /** Without its text. */
        @Override
        public String toString() {
            return "Waiting[" + integration + ", " + id + "]";
        }
    }

    /**
     * What a caller waits for.
     *
     * @param robot the robot that sends the message
     * @param out   completes when the message was sent, exceptionally with the {@link DingTalkException} that says why it never will be
     */
    public record Ticket(String robot, CompletableFuture<Void> out) {
    }

    /**
     * Stores a message.
     *
     * @param  customRobot       URL of the robot, or null for the one in the integration's settings
     * @param  body              the message as custom robots accept it: a map, a JSON tree or JSON text
     * @return                   what to wait for
     * @throws RejectedException the body is no such message, the integration has no robot ({@code noWebhook}), its address is not
     *                           DingTalk's ({@code foreignWebhook}), or too many messages wait ({@code queueFull})
     */
    public Ticket add(@Body Object body, @Variable("integration") String integration, @Variable("customRobot") Secret customRobot)
            throws RejectedException, StoreException {
        Secret url = addresses.other(integration, customRobot);
        addresses.checked(integration, url);
        String robot = url.isSet() ? "url-" + Sha256.hex(url.reveal()).substring(0, 32) : integration;
        String payload = WebhookMessage.of(body).json();
        String msgUuid = UUID.randomUUID().toString();
        CompletableFuture<Void> ticket = new CompletableFuture<>();
        // also when the caller waits no longer
        ticket.whenComplete((sent, failure) -> tickets.remove(msgUuid));
        tickets.put(msgUuid, ticket);
        boolean stored = false;
        try {
            stored = outbox.add(robot, integration, url, msgUuid, payload);
        } finally {
            if (!stored) {
                tickets.remove(msgUuid);
            }
        }
        if (!stored) {
            throw new RejectedException("queueFull",
                    RobotOutbox.CAPACITY + " messages wait for the custom robot of " + integration + " already",
                    "Send less: a custom robot takes 20 messages a minute. Put several notes into one message, or use an app's robot",
                    null);
        }
        return new Ticket(robot, ticket);
    }

    /** Robots with messages that may be sent now. Forgets robots of which nothing needs to be remembered. */
    public List<String> due() throws StoreException {
        robots.keySet().forEach(this::forgetIfIdle);
        completeTickets();
        return outbox.robots(mostRobots).stream()
                .filter(name -> !closed && !leases.isTaken(name)
                        && with(name, false, robot -> isClaimed(robot) && robot.isOpen()))
                .toList();
    }

    /** Where nodes share the store: calls that wait here for messages that another node sent. */
    private void completeTickets() throws StoreException {
        if (claims.isShared() && !tickets.isEmpty()) {
            outbox.ended(tickets.keySet()).forEach((msgUuid, failure) -> {
                CompletableFuture<Void> ticket = tickets.remove(msgUuid);
                if (ticket != null && failure.isEmpty()) {
                    ticket.complete(null);
                } else if (ticket != null) {
                    ticket.completeExceptionally(failure.get());
                }
            });
        }
    }

    /**
     * The messages that can be sent to a robot one after the other: each is taken when it is asked for, after the end of the one before it
     * was reported, until none waits, the robot must not be called, or another sender calls it.
     */
    public Iterator<Waiting> sendable(@Body String robot) {
        return new SendableMessages(this, robot);
    }

    /**
     * A robot's next message, or null where none waits, the robot must not be called, or it is being called. The caller reports the
     * message's end.
     */
    Waiting next(String name) throws StoreException {
        return with(name, null, robot -> {
            if (closed || !isClaimed(robot) || !robot.isOpen() || !leases.take(name)) {
                return null;
            }
            Waiting next = null;
            try {
                next = nextOf(robot);
            } finally {
                if (next == null) {
                    leases.giveBack(name);
                }
            }
            return next;
        });
    }

    private Waiting nextOf(KnownRobot robot) throws StoreException {
        robot.mark();
        Waiting next = outbox.first(robot.name);
        while (next != null && clock.millis() - next.queuedAt() > OLDEST.toMillis()) {
            end(robot, next, new RejectedException("tooOld", "custom robot: waited for more than " + OLDEST.toHours() + " hours",
                    "See the log for why DingTalk did not accept it", null));
            robot.mark();
            next = outbox.first(robot.name);
        }
        return next;
    }

    /** Where it is sent to. */
    public RobotAddress address(@ExchangeProperty(MESSAGE) Waiting message) throws RejectedException {
        return addresses.address(message);
    }

    /** DingTalk accepted the message. */
    public void sent(@ExchangeProperty(MESSAGE) Waiting message) {
        report(message, robot -> {
            robot.window.succeeded();
            end(robot, message, null);
        });
    }

    /** The call failed: the message waits for another one, or has failed permanently. */
    public void failed(Exchange exchange, @ExchangeProperty(MESSAGE) Waiting message) {
        end(message, Failure.of(exchange, Exception.class));
    }

    void end(Waiting message, Exception failure) {
        report(message, robot -> {
            if (failure instanceof CallNotPermittedException) {
                robot.window.closeFor(NEXT_LOOK);
            } else if (failure instanceof ThrottledException throttled && throttled.code().equals(ThrottledException.BLOCKED)) {
                robot.window.answered();
                robot.window.closeFor(BLOCKED);
            } else if (failure instanceof ThrottledException) {
                LOG.warn("DingTalk silenced the custom robot of {} for ten minutes: it was sent more than 20 messages in a minute,"
                        + " also by other programs. Waiting messages are sent after that", message.integration());
                outbox.ban(message.robot(), robot.window.ban());
            } else if (failure instanceof RetryableException) {
                robot.window.answered();
                robot.window.backOff();
            } else if (failure instanceof DingTalkException refusal) {
                robot.window.answered();
                end(robot, message, refusal);
            } else {
                LOG.error("A message to the custom robot of {} could not be sent; it is tried again", message.integration(), failure);
                robot.window.closeFor(RateWindow.LONGEST_BACK_OFF);
            }
        });
    }

    private void report(Waiting message, Consumer<KnownRobot> end) {
        // however many robots are known: an end that is not recorded would send the message again
        with(message.robot(), Integer.MAX_VALUE, null, robot -> {
            leases.giveBack(message.robot());
            end.accept(robot);
            if (closed) {
                giveUp(robot);
            }
            return null;
        });
    }

    /** Another node may send to the robot from now on, if no call is under way here and the ends of all are stored. */
    private void giveUp(KnownRobot robot) {
        if (robot.unmarked.isEmpty() && !leases.isTaken(robot.name)) {
            try {
                robot.release();
            } catch (StoreException e) {
                LOG.debug("Other nodes send to the custom robot {} when this one has stopped: {}", robot.name, e.getMessage());
            }
        }
    }

    /** Records the end of a message, failure null for sent, and tells the caller that waits for it. */
    private void end(KnownRobot robot, Waiting message, DingTalkException failure) {
        robot.unmarked.put(message.id(), failure);
        try {
            robot.mark();
        } catch (StoreException e) {
            LOG.warn("The outcome of a message to the custom robot of {} can't be stored yet: {}", message.integration(), e.getMessage());
        }
        CompletableFuture<Void> ticket = tickets.remove(message.msgUuid());
        if (failure == null) {
            if (ticket != null) {
                ticket.complete(null);
            }
        } else if (ticket == null || !ticket.completeExceptionally(failure)) {
            LOG.warn("A message to the custom robot of {} failed: {}. {}", message.integration(), failure.getMessage(), failure.remedy());
        }
    }

    private void forgetIfIdle(String name) {
        robots.computeIfPresent(name, (same, robot) -> {
            synchronized (robot) {
                if (!robot.window.isIdle() || !robot.unmarked.isEmpty() || leases.isTaken(name)) {
                    return robot;
                }
                leases.giveBack(name);
                robot.release();
                robot.forgotten = true;
                return null;
            }
        });
    }

    private <T> T with(String name, T tooMany, Function<KnownRobot, T> step) {
        return with(name, mostRobots, tooMany, step);
    }

    /** Does a step with what is known of a robot, one step at a time; returns {@code tooMany} for a new robot where so many are known. */
    private <T> T with(String name, int most, T tooMany, Function<KnownRobot, T> step) {
        while (true) {
            KnownRobot robot = robots.get(name);
            if (robot == null && robots.size() >= most) {
                return tooMany;
            }
            robot = robot != null ? robot : robots.computeIfAbsent(name, id -> new KnownRobot(id, outbox, claims, clock));
            synchronized (robot) {
                if (!robot.forgotten) {
                    return step.apply(robot);
                }
            }
        }
    }

    private boolean isClaimed(KnownRobot robot) throws StoreException {
        return !closed && robot.isClaimed();
    }

    /** How many robots are remembered. */
    int remembered() {
        return robots.size();
    }

    /** How long a robot must not be called from now on, by whichever node sends to it; zero where it may be. */
    Duration silence(String name) {
        return with(name, NEXT_LOOK, robot -> {
            if (!isClaimed(robot)) {
                // what this node remembers is not what the one that sends does
                robot.forgetWindow();
            }
            return robot.isOpen() ? Duration.ZERO : robot.window.closedFor();
        });
    }

    /** How many messages wait, for all robots together. */
    public int waiting() throws StoreException {
        return outbox.waiting();
    }

    /** Hands out nothing more. Waiting messages stay stored; other nodes send them as soon as the calls under way here have ended. */
    public void close() {
        closed = true;
        robots.values().forEach(robot -> {
            synchronized (robot) {
                giveUp(robot);
            }
        });
    }

    /** What housekeeping deletes: messages that are too old to be of use, sent or not. */
    public static Expiry expiry(Duration kept) {
        return RobotOutbox.expiry(kept);
    }
}
