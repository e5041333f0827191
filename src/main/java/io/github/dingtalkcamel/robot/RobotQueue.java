package io.github.dingtalkcamel.robot;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.RetryableException;
import io.github.dingtalkcamel.component.api.SignedUrl;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.WebhookMessage;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.outbound.DingTalk;
import io.github.dingtalkcamel.settings.Integration;
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
 * Messages to the integrations' custom robots (protocol 6.2), stored until they are out: one after the other in their order, at most 20 in any minute for
 * each robot, also over a restart. A robot that DingTalk has silenced is left alone for the ten minutes that takes.
 * <p>
 * Promises: what {@link #add} took survives {@code kill -9}; it goes out once, or its failure is in the log and on its row. After a crash in the middle of
 * a call the message is sent again with its {@code msgUuid}, by which DingTalk knows it.
 * <p>
 * Does not promise: that nobody else uses up the robot's 20. What meets a throttle answer for that waits like the others.
 */
public final class RobotQueue {

    /** Exchange property: the message that is being sent. */
    public static final String MESSAGE = "CamelDingTalkRobotMessage";
    /** Exchange property: what the caller waits for. */
    public static final String TICKET = "CamelDingTalkRobotTicket";

    /** Messages that may wait for one robot: 50 minutes of sending. */
    static final int CAPACITY = 1_000;
    static final int IN_A_WINDOW = 20;
    /** A second more than DingTalk's minute, and counted from answers: whatever way a call takes, it arrives a minute later than the 20th before it. */
    static final Duration WINDOW = Duration.ofSeconds(61);
    static final Duration BAN = Duration.ofSeconds(605);
    private static final Duration BLOCKED = Duration.ofMinutes(5);
    private static final Duration OLDEST = Duration.ofHours(24);
    private static final Duration LONGEST_CALL = Duration.ofMinutes(2);
    private static final int LONGEST_PAUSE_SECONDS = 60;

    private static final Logger LOG = LoggerFactory.getLogger(RobotQueue.class);

    private final Settings settings;
    private final DingTalk dingTalk;
    private final Store store;
    private final InstantSource clock;
    private final Map<String, Robot> robots = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Void>> tickets = new ConcurrentHashMap<>();
    private volatile boolean closed;

    public RobotQueue(Settings settings, DingTalk dingTalk, Store store, InstantSource clock) {
        this.settings = settings;
        this.dingTalk = dingTalk;
        this.store = store;
        this.clock = clock;
    }

    /**
     * A message whose turn it is.
     *
     * @param robot which robot's: the integration's, or one whose URL is not in the settings
     * @param url   that URL, else unset
     */
    public record Waiting(long id, String robot, String integration, Secret url, String msgUuid, String payload, long queuedAt) {

        /** Without what it says. */
        @Override
        public String toString() {
            return "Waiting[" + integration + ", " + id + "]";
        }
    }

    /**
     * What a caller waits for.
     *
     * @param robot whose turn it is to speak
     * @param out   completes when the message is out, exceptionally with the {@link DingTalkException} that says why it never will be
     */
    public record Ticket(String robot, CompletableFuture<Void> out) {
    }

    /** One robot, as far as it is known here. Guarded by itself. */
    private static final class Robot {
        /** When the last calls were answered, the oldest first. */
        private final Deque<Long> answered = new ArrayDeque<>();
        /** Ids that are out, or refused, without the store knowing it yet, and their codes. */
        private final Map<Long, DingTalkException> unmarked = new HashMap<>();
        private boolean known;
        /** Until when whoever is at it may take: nobody takes as long, and nobody may block a robot for ever. */
        private long busyUntil;
        private long silentUntil;
        private int failuresInARow;
    }

    /**
     * Stores a message.
     *
     * @param  customRobot       URL of the robot, or null for the one in the integration's settings
     * @param  body              in the form of protocol 6.2: a map, a JSON tree or JSON text
     * @return                   what to wait for
     * @throws RejectedException the message is none, the integration has no robot ({@code noWebhook}), its address is not DingTalk's
     *                           ({@code foreignWebhook}), or too many wait ({@code queueFull})
     */
    public Ticket add(@Body Object body, @Variable("integration") String integration, @Variable("customRobot") Secret customRobot)
            throws RejectedException, StoreException {
        Secret url = isAnother(integration, customRobot) ? customRobot : Secret.UNSET;
        checked(integration, url);
        String robot = url.isSet() ? "url-" + hash(url) : integration;
        String payload = WebhookMessage.of(body).json();
        String msgUuid = UUID.randomUUID().toString();
        long now = clock.millis();
        CompletableFuture<Void> ticket = new CompletableFuture<>();
        tickets.put(msgUuid, ticket);
        boolean stored = false;
        try {
            stored = store.writeAndWait(connection -> insert(connection, robot, integration, url, msgUuid, payload, now));
        } finally {
            if (!stored) {
                tickets.remove(msgUuid);
            }
        }
        if (!stored) {
            throw new RejectedException("queueFull", CAPACITY + " messages wait for the custom robot of " + integration + " already",
                    "Send less: a custom robot takes 20 messages a minute. Put several notes into one message, or use an app's robot", null);
        }
        return new Ticket(robot, ticket);
    }

    private static boolean insert(Connection connection, String robot, String integration, Secret url, String msgUuid, String payload, long now)
            throws SQLException {
        try (PreparedStatement count = connection.prepareStatement("select count(*) from robot_message where robot = ? and state = 'waiting'")) {
            count.setString(1, robot);
            try (ResultSet row = count.executeQuery()) {
                if (row.next() && row.getInt(1) >= CAPACITY) {
                    return false;
                }
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into robot_message (robot, integration, url, msg_uuid, payload, queued_at) values (?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, robot);
            insert.setString(2, integration);
            insert.setString(3, url.isSet() ? url.reveal() : null);
            insert.setString(4, msgUuid);
            insert.setString(5, payload);
            insert.setLong(6, now);
            return insert.executeUpdate() == 1;
        }
    }

    /** Robots with messages that may go out now. */
    public List<String> due() throws StoreException {
        List<String> waiting = store.read(connection -> {
            List<String> names = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement("select distinct robot from robot_message where state = 'waiting'");
                    ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
            return names;
        });
        return waiting.stream().filter(this::isDue).toList();
    }

    private boolean isDue(String name) {
        Robot robot = robot(name);
        synchronized (robot) {
            return !closed && clock.millis() >= robot.busyUntil && isOpen(name, robot);
        }
    }

    /** A robot's next message, or null where nothing waits, the robot must be silent, or somebody else is at it. Whoever gets one reports its end. */
    public Waiting next(@Variable("robot") String name) throws StoreException {
        Robot robot = robot(name);
        synchronized (robot) {
            if (closed || clock.millis() < robot.busyUntil || !isOpen(name, robot)) {
                return null;
            }
            mark(robot);
            Waiting next = first(name);
            while (next != null && clock.millis() - next.queuedAt() > OLDEST.toMillis()) {
                end(robot, next, new RejectedException("tooOld", "custom robot: waited for more than " + OLDEST.toHours() + " hours",
                        "See the log for what kept DingTalk from taking it", null));
                mark(robot);
                next = first(name);
            }
            robot.busyUntil = next == null ? 0 : clock.millis() + LONGEST_CALL.toMillis();
            return next;
        }
    }

    /** The call that sends it, signed where the robot has a secret. */
    public ApiRequest request(@ExchangeProperty(MESSAGE) Waiting message) throws RejectedException {
        URI uri = checked(message.integration(), message.url());
        Secret secret = message.url().isSet() ? Secret.UNSET : settings.integration(message.integration()).orElseThrow().webhookSecret();
        return new ApiRequest(ApiRequest.CUSTOM_ROBOT, message.robot(), secret.isSet() ? SignedUrl.of(uri, clock.millis(), secret) : uri,
                Secret.UNSET, WebhookMessage.withUuid(message.payload(), message.msgUuid()));
    }

    /** It is out. */
    public void sent(@ExchangeProperty(MESSAGE) Waiting message) {
        Robot robot = robot(message.robot());
        synchronized (robot) {
            answered(robot);
            robot.failuresInARow = 0;
            robot.busyUntil = 0;
            end(robot, message, null);
        }
    }

    /** It is not: it goes on waiting, or has failed for good. */
    public void failed(Exchange exchange, @ExchangeProperty(MESSAGE) Waiting message) {
        end(message, Failure.of(exchange, Exception.class));
    }

    void end(Waiting message, Exception failure) {
        Robot robot = robot(message.robot());
        synchronized (robot) {
            robot.busyUntil = 0;
            long now = clock.millis();
            if (failure instanceof CallNotPermittedException) {
                robot.silentUntil = now + 1_000;
                return;
            }
            if (failure instanceof ThrottledException throttled && !throttled.code().equals(ThrottledException.BLOCKED)) {
                ban(message.robot(), robot, now + BAN.toMillis());
            } else if (failure instanceof RetryableException) {
                robot.failuresInARow++;
                Duration pause = failure instanceof ThrottledException ? BLOCKED
                        : Duration.ofSeconds(Math.min(LONGEST_PAUSE_SECONDS, 1L << Math.min(6, robot.failuresInARow - 1)));
                answered(robot);
                robot.silentUntil = now + pause.toMillis();
            } else if (failure instanceof DingTalkException refusal) {
                answered(robot);
                end(robot, message, refusal);
            } else {
                LOG.error("A message to the custom robot of {} could not be sent; it waits", message.integration(), failure);
                robot.silentUntil = now + LONGEST_PAUSE_SECONDS * 1_000L;
            }
        }
    }

    /** How long a robot must be silent from now on, zero where it may speak. */
    Duration silence(String name) {
        Robot robot = robot(name);
        synchronized (robot) {
            long now = clock.millis();
            return isOpen(name, robot) ? Duration.ZERO
                    : Duration.ofMillis(Math.max(robot.silentUntil, robot.answered.size() < IN_A_WINDOW ? now : robot.answered.peekFirst() + WINDOW.toMillis()) - now);
        }
    }

    /** How many wait, all robots together. */
    public int waiting() throws StoreException {
        return store.read(connection -> {
            try (PreparedStatement count = connection.prepareStatement("select count(*) from robot_message where state = 'waiting'");
                    ResultSet row = count.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        });
    }

    /** What waits stays stored. */
    public void close() {
        closed = true;
    }

    /** What housekeeping deletes: all of them, out or not, once nobody can have use for them. */
    public static Expiry expiry(Duration kept) {
        return new Expiry("messages to custom robots",
                "delete from robot_message where id in (select id from robot_message where queued_at < ? order by queued_at limit ?)", kept, false);
    }

    private Robot robot(String name) {
        return robots.computeIfAbsent(name, id -> new Robot());
    }

    private boolean isOpen(String name, Robot robot) {
        if (!robot.known) {
            load(name, robot);
            robot.known = true;
        }
        long now = clock.millis();
        while (!robot.answered.isEmpty() && now - robot.answered.peekFirst() >= WINDOW.toMillis()) {
            robot.answered.removeFirst();
        }
        return now >= robot.silentUntil && robot.answered.size() < IN_A_WINDOW;
    }

    private void answered(Robot robot) {
        robot.answered.addLast(clock.millis());
    }

    /** What an earlier process did to the robot's minute. */
    private void load(String name, Robot robot) {
        long now = clock.millis();
        store.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "select tried_at from robot_message where robot = ? and tried_at is not null order by id desc limit " + IN_A_WINDOW)) {
                select.setString(1, name);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        robot.answered.addFirst(Math.min(now, row.getLong(1)));
                    }
                }
            }
            try (PreparedStatement select = connection.prepareStatement("select until_ms from robot_ban where robot = ?")) {
                select.setString(1, name);
                try (ResultSet row = select.executeQuery()) {
                    if (row.next()) {
                        robot.silentUntil = Math.min(row.getLong(1), now + BAN.toMillis());
                    }
                }
            }
            return null;
        });
    }

    private void ban(String name, Robot robot, long until) {
        LOG.warn("DingTalk silenced the custom robot of {} for ten minutes: somebody sent more than 20 messages in a minute. What waits goes out after that",
                name);
        robot.silentUntil = until;
        robot.answered.clear();
        // not waited for: what is at stake is one refusal more after a restart
        store.write(connection -> {
            try (PreparedStatement put = connection.prepareStatement(
                    "insert into robot_ban (robot, until_ms) values (?, ?) on conflict (robot) do update set until_ms = excluded.until_ms")) {
                put.setString(1, name);
                put.setLong(2, until);
                return put.executeUpdate();
            }
        });
    }

    private Waiting first(String name) {
        return store.read(connection -> {
            try (PreparedStatement select = connection.prepareStatement("""
                    select id, integration, url, msg_uuid, payload, queued_at from robot_message
                    where robot = ? and state = 'waiting' order by id limit 1""")) {
                select.setString(1, name);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? new Waiting(row.getLong(1), name, row.getString(2), Secret.of(Objects.requireNonNullElse(row.getString(3), "")),
                            row.getString(4), row.getString(5), row.getLong(6)) : null;
                }
            }
        });
    }

    /** Notes the end of a message, failure null for out, and tells whoever waits for it. */
    private void end(Robot robot, Waiting message, DingTalkException failure) {
        robot.unmarked.put(message.id(), failure);
        try {
            mark(robot);
        } catch (StoreException e) {
            LOG.warn("The end of a message to the custom robot of {} can't be stored yet: {}", message.integration(), e.getMessage());
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

    /** Until the store knows what is out, nothing more goes out: it could be the same once more. */
    private void mark(Robot robot) throws StoreException {
        if (robot.unmarked.isEmpty()) {
            return;
        }
        Map<Long, DingTalkException> ends = new HashMap<>(robot.unmarked);
        long now = clock.millis();
        store.writeAndWait(connection -> {
            try (PreparedStatement update = connection.prepareStatement(
                    "update robot_message set state = ?, tried_at = ?, code = ?, reason = ? where id = ?")) {
                for (Map.Entry<Long, DingTalkException> end : ends.entrySet()) {
                    DingTalkException failure = end.getValue();
                    update.setString(1, failure == null ? "sent" : "failed");
                    update.setLong(2, now);
                    update.setString(3, failure == null ? null : failure.code());
                    update.setString(4, failure == null ? null : failure.getMessage());
                    update.setLong(5, end.getKey());
                    update.executeUpdate();
                }
                return null;
            }
        });
        robot.unmarked.keySet().removeAll(ends.keySet());
    }

    private boolean isAnother(String id, Secret url) {
        return url != null && url.isSet() && settings.integration(id).map(Integration::webhook).filter(url::equals).isEmpty();
    }

    /** The robot's address: the given one, or that of the settings where none is. On DingTalk's origin, or refused. */
    private URI checked(String id, Secret url) throws RejectedException {
        Secret robot = url.isSet() ? url : settings.integration(id).map(Integration::webhook).orElse(Secret.UNSET);
        if (!robot.isSet()) {
            throw new RejectedException("noWebhook", "The integration " + id + " has no custom robot",
                    "Set dingtalk.webhook to the URL that the robot's settings in the group show", null);
        }
        if (url.isSet()) {
            KnownSecrets.passing(robot.reveal());
        }
        try {
            URI uri = new URI(robot.reveal());
            if (dingTalk.isOapi(uri) && uri.getRawUserInfo() == null && uri.getRawQuery() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // told below, without the URL
        }
        throw new RejectedException("foreignWebhook", "The custom robot's URL is not one of DingTalk's",
                "It must begin with dingtalk.oapi-base-url (https://oapi.dingtalk.com) and hold its access_token", null);
    }

    private static String hash(Secret url) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(url.reveal().getBytes(StandardCharsets.UTF_8))).substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
