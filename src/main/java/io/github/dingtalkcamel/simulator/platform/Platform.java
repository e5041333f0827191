package io.github.dingtalkcamel.simulator.platform;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.github.dingtalkcamel.simulator.text.RandomText;

/**
 * Everything the fake DingTalk knows: apps, people, groups, tokens, sessions, and what was delivered. Safe for use by several
 * threads. What requests can make grow is bounded: of people, groups and sessions the 100,000 most recently used each are kept.
 */
public final class Platform {

    /** One organisation owns all of it. */
    public static final String CORP_ID = "dingfakecorp0000000000000000000001";

    public static final Duration TOKEN_LIFE = Duration.ofSeconds(7200);
    /** docs/protocol.md 3.1: sessionWebhookExpiredTime = createAt + 90 min. */
    static final Duration SESSION_LIFE = Duration.ofMinutes(90);

    private static final int KNOWN = SimulatorMemory.known();
    private static final int LISTED = 100;
    private static final long RECORD_BYTES = SimulatorMemory.share(32, 64);
    private static final int OPEN_CALLS = 10_000;

    private final InstantSource clock;
    private final Map<String, SimulatedApp> apps = new ConcurrentHashMap<>();
    private final Map<String, CustomRobot> customRobots = new ConcurrentHashMap<>();
    private final Recent<String, Person> people = new Recent<>(KNOWN);
    private final Recent<String, Group> groups = new Recent<>(KNOWN);
    private final Recent<String, SimulatedSession> sessions = new Recent<>(KNOWN);
    private final Recent<String, String> currentSessions = new Recent<>(KNOWN);
    private final Recent<String, Boolean> takenMsgUuids = new Recent<>(KNOWN);
    private final Recent<String, String> reactions = new Recent<>(KNOWN);
    private final Ring<StoredFile> files = new Ring<>(1_000, SimulatorMemory.share(8, 256), file -> 400 + file.content().length);
    private final Organisation organisation = new Organisation();
    private final Recent<String, SimulatedCard> cards = new Recent<>(KNOWN, SimulatorMemory.share(32, 64), SimulatedCard::weight);
    private final Recent<String, RecallableMessage> sentKeys = new Recent<>(KNOWN);
    private final Recent<String, String> mobiles = new Recent<>(KNOWN);
    private final Tokens tokens;
    private final Ring<Delivery> deliveries;
    private final Ring<RecordedRequest> requests;
    private final Timeline timeline;
    private final Map<String, Person> listedPeople = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, Group> listedGroups = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Ring<OpenCall> openCalls = new Ring<>(OPEN_CALLS, Long.MAX_VALUE, call -> 1);
    private final AtomicLong deliveryCount = new AtomicLong();
    private final Map<String, List<Consumer<Delivery>>> watchers = new ConcurrentHashMap<>();
    private final List<Consumer<Delivery>> allWatchers = new CopyOnWriteArrayList<>();
    private volatile String firstApp;
    private volatile String url;

    public Platform(SimulatorOptions options) {
        clock = options.clock();
        tokens = new Tokens(clock);
        timeline = new Timeline(clock);
        deliveries = new Ring<>(options.recordSize(), RECORD_BYTES, Delivery::weight);
        requests = new Ring<>(options.recordSize(), RECORD_BYTES, RecordedRequest::weight);
        addPerson(Person.of("staff001", "Zhang San").asAdmin(true));
        addPerson(Person.of("staff002", "Li Si"));
        addPerson(Person.of("staff003", "Wang Wu"));
        List.of("staff001", "staff002", "staff003").forEach(id -> organisation.hire(person(id), Organisation.ROOT));
        addGroup(new Group("cidFAKEgroup0001==", "Ops room"));
        addGroup(new Group("cidFAKEgroup0002==", "Tea kitchen"));
    }

    /** Bytes that it remembers, by estimate. */
    public long heldBytes() {
        return files.held() + cards.held() + deliveries.held() + requests.held() + timeline.held();
    }

    /** Bytes that it may remember. */
    public long maxHeldBytes() {
        return files.maxWeight() + cards.maxWeight() + deliveries.maxWeight() + requests.maxWeight() + timeline.maxHeld();
    }

    public Instant now() {
        return clock.instant();
    }

    public String url() {
        return url;
    }

    public void listensAt(String itsUrl) {
        url = itsUrl;
    }

    // apps and robots

    public void addApp(SimulatedApp app) {
        apps.put(app.appKey(), app);
        if (firstApp == null) {
            firstApp = app.appKey();
        }
    }

    public void callbackUrl(String appKey, String callbackUrl) {
        if (apps.computeIfPresent(appKey, (key, app) -> app.withCallbackUrl(callbackUrl)) == null) {
            throw unknownApp(appKey);
        }
    }

    /** The app with this key, or the one added first for null. */
    public SimulatedApp app(String appKey) {
        String key = appKey == null ? firstApp : appKey;
        SimulatedApp app = key == null ? null : apps.get(key);
        if (app == null) {
            throw unknownApp(key);
        }
        return app;
    }

    private static IllegalArgumentException unknownApp(String appKey) {
        return new IllegalArgumentException(appKey == null
                ? "the simulator has no app yet: add one first"
                : "the simulator has no app " + appKey);
    }

    public List<SimulatedApp> apps() {
        return apps.values().stream().sorted(Comparator.comparing((SimulatedApp app) -> !app.appKey().equals(firstApp))
                .thenComparing(SimulatedApp::appKey)).toList();
    }

    public SimulatedApp appOrNull(String appKey) {
        return appKey == null ? null : apps.get(appKey);
    }

    public boolean robotExists(String robotCode) {
        return apps.values().stream().anyMatch(app -> app.robotCode().equals(robotCode));
    }

    public void addCustomRobot(CustomRobot robot) {
        customRobots.put(robot.accessToken(), robot);
        addGroup(group(robot.conversationId()));
    }

    public CustomRobot customRobotOrNull(String accessToken) {
        return customRobots.get(accessToken);
    }

    /** What must not be shown: secrets of apps and custom robots, and the tokens that are valid. */
    public Set<String> secrets() {
        Set<String> secrets = new HashSet<>(tokens.values());
        for (SimulatedApp app : apps.values()) {
            secrets.add(app.appSecret());
            secrets.add(app.callbackToken());
            secrets.add(app.aesKey());
        }
        for (CustomRobot robot : customRobots.values()) {
            secrets.add(robot.accessToken());
            secrets.add(robot.secret());
        }
        secrets.remove(null);
        return secrets;
    }

    public Tokens tokens() {
        return tokens;
    }

    // people and conversations

    public void addPerson(Person person) {
        people.put(person.staffId(), person);
        keep(listedPeople, person.staffId(), person);
    }

    /** The first 100 persons that were added; not those created on first use. */
    public List<Person> listedPeople() {
        return values(listedPeople);
    }

    /** The person with this id, created on first use. */
    public Person person(String staffId) {
        return people.getOrCreate(staffId, id -> Person.of(id, id));
    }

    public void addGroup(Group group) {
        groups.put(group.conversationId(), group);
        keep(listedGroups, group.conversationId(), group);
    }

    /** The first 100 groups that were added; not those created on first use. */
    public List<Group> listedGroups() {
        return values(listedGroups);
    }

    private static <T> void keep(Map<String, T> known, String id, T value) {
        if (known.size() < LISTED || known.containsKey(id)) {
            known.put(id, value);
        }
    }

    private static <T> List<T> values(Map<String, T> known) {
        synchronized (known) {
            return List.copyOf(known.values());
        }
    }

    /** The group with this id, created on first use. */
    Group group(String conversationId) {
        return groups.getOrCreate(conversationId, id -> new Group(id, "Group " + id));
    }

    public Group groupOrNull(String conversationId) {
        return groups.get(conversationId);
    }

    /** The id of the DM of a robot and a person, always the same. */
    public static String dm(String robotCode, String staffId) {
        return RandomText.base64Of("cid", robotCode + '\n' + staffId);
    }

    public Organisation organisation() {
        return organisation;
    }

    public void store(StoredFile file) {
        files.add(file);
    }

    /** What is stored under this id, or null. */
    public StoredFile storedFile(String id) {
        return files.all().stream().filter(file -> file.id().equals(id)).findFirst().orElse(null);
    }

    // sessions

    /** The session of a robot in a conversation, good until the given moment. */
    SimulatedSession session(String robotCode, String conversationId, Instant expiresAt) {
        String pair = robotCode + '\n' + conversationId;
        synchronized (currentSessions) {
            String current = currentSessions.get(pair);
            SimulatedSession session = current == null ? null : sessions.get(current);
            if (session == null || !now().isBefore(session.expiresAt())) {
                return newSession(pair, robotCode, conversationId, expiresAt);
            }
            SimulatedSession longer = new SimulatedSession(session.id(), robotCode, conversationId, expiresAt);
            sessions.put(longer.id(), longer);
            return longer;
        }
    }

    private SimulatedSession newSession(String pair, String robotCode, String conversationId, Instant expiresAt) {
        SimulatedSession session = ownSession(robotCode, conversationId, expiresAt);
        currentSessions.put(pair, session.id());
        return session;
    }

    /** A session that no other message shares: for a message whose webhook expires at a time of its own. */
    SimulatedSession ownSession(String robotCode, String conversationId, Instant expiresAt) {
        SimulatedSession session = new SimulatedSession(RandomText.hex32(), robotCode, conversationId, expiresAt);
        sessions.put(session.id(), session);
        return session;
    }

    /** The session, or null if it is unknown or its time is over. */
    public SimulatedSession liveSession(String id) {
        SimulatedSession session = id == null ? null : sessions.get(id);
        return session != null && now().isBefore(session.expiresAt()) ? session : null;
    }

    public void expireSession(String id) {
        if (id != null) {
            sessions.remove(id);
        }
    }

    /** The reaction shown under a message, by its msgId. */
    public Recent<String, String> reactions() {
        return reactions;
    }

    /** The cards there are, by outTrackId. */
    public Recent<String, SimulatedCard> cards() {
        return cards;
    }

    /** Adds a card that no user sees yet; false if there is one of its outTrackId. */
    public boolean addCard(SimulatedCard card) {
        synchronized (cards) {
            boolean isNew = cards.putNew(card.outTrackId(), card);
            if (isNew) {
                timeline.add(new TimelineEvent.Card(card, false));
            }
            return isNew;
        }
    }

    /** Changes a card for every user who sees it, one change after the other; does nothing if there is no such card. */
    public void changeCard(String outTrackId, UnaryOperator<SimulatedCard> change) {
        synchronized (cards) {
            SimulatedCard before = cards.get(outTrackId);
            if (before != null) {
                SimulatedCard after = change.apply(before);
                cards.put(outTrackId, after);
                timeline.add(new TimelineEvent.Card(after, true));
            }
        }
    }

    /** Recalls a message from every user who sees it. */
    public void recall(String processQueryKey, RecallableMessage sent) {
        sentKeys.put(processQueryKey, sent.asRecalled());
        timeline.add(new TimelineEvent.Recalled(processQueryKey));
    }

    /** What robots sent, by processQueryKey. */
    public Recent<String, RecallableMessage> sentKeys() {
        return sentKeys;
    }

    /** Whose mobile number it is, by number. */
    public Recent<String, String> mobiles() {
        return mobiles;
    }

    public List<Person> people() {
        return people.values();
    }

    // deliveries

    /** Notes a message's idempotency key; false if that message was delivered before (docs/protocol.md 6.2, msgUuid). */
    public boolean firstOfItsUuid(String sender, String msgUuid) {
        return msgUuid == null || msgUuid.isEmpty() || takenMsgUuids.putNew(sender + '\n' + msgUuid, true);
    }

    public void deliver(Delivery delivery) {
        Delivery stamped = delivery.stamped(deliveryCount.incrementAndGet(), now());
        deliveries.add(stamped);
        timeline.add(new TimelineEvent.Delivered(stamped, AttachmentPreview.ofOrNull(stamped, this)));
        watchers.getOrDefault(stamped.conversationId(), List.of()).forEach(watcher -> watcher.accept(stamped));
        allWatchers.forEach(watcher -> watcher.accept(stamped));
    }

    /** As {@link #watch}, with each delivery. */
    public Runnable watchAll(Consumer<Delivery> watcher) {
        allWatchers.add(watcher);
        return () -> allWatchers.remove(watcher);
    }

    /** Calls the watcher with each delivery to a conversation, on the thread that delivers, until the result is run. */
    public Runnable watch(String conversationId, Consumer<Delivery> watcher) {
        watchers.compute(conversationId, (id, all) -> {
            List<Consumer<Delivery>> more = all == null ? new CopyOnWriteArrayList<>() : all;
            more.add(watcher);
            return more;
        });
        return () -> watchers.computeIfPresent(conversationId, (id, all) -> {
            all.remove(watcher);
            return all.isEmpty() ? null : all;
        });
    }

    public Timeline timeline() {
        return timeline;
    }

    public Ring<Delivery> deliveries() {
        return deliveries;
    }

    public Ring<RecordedRequest> requests() {
        return requests;
    }

    public void record(RecordedRequest request) {
        requests.add(request);
        if (request.path().equals(OpenCall.PATH)) {
            openCalls.add(OpenCall.of(request));
        }
    }

    public Ring<OpenCall> openCalls() {
        return openCalls;
    }
}
