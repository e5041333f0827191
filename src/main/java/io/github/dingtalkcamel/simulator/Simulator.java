package io.github.dingtalkcamel.simulator;

import java.io.UncheckedIOException;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.github.dingtalkcamel.simulator.chat.CallbackPush;
import io.github.dingtalkcamel.simulator.chat.ChatApi;
import io.github.dingtalkcamel.simulator.chat.ChatFaults;
import io.github.dingtalkcamel.simulator.chat.ConversationDriver;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.model.SimulatedModel;
import io.github.dingtalkcamel.simulator.platform.AgentSwitch;
import io.github.dingtalkcamel.simulator.platform.AskResult;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Group;
import io.github.dingtalkcamel.simulator.platform.MessageTraces;
import io.github.dingtalkcamel.simulator.platform.Organisation;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecallableMessage;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatedCard;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StoredFile;
import io.github.dingtalkcamel.simulator.platform.TimelineEvent;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.FutureResult;
import io.github.dingtalkcamel.simulator.stream.StreamSide;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;

/**
 * A local DingTalk, listening on a port: its {@link #url()} serves as both base URLs. It answers as docs/protocol.md 1 to 7.3 and 9
 * say, records its requests and what users would see, and triggers {@link #faults() faults} on demand. It serves a chat page
 * at {@code /}, and controls for scripts under {@code /simulator}. Everything in it is lost when it closes.
 *
 * <p>Safe for use by several threads. Not for production data: it has no authentication of its own.
 */
public final class Simulator implements AutoCloseable {

    private final Vertx vertx;
    private final Platform platform;
    private final FaultInjector faults;
    private final ConversationDriver driver;
    private final StreamSide stream;
    private final ChatApi chat;
    private final SimulatedModel model;
    private final HttpServer server;

    private Simulator(Vertx vertx, Platform platform, FaultInjector faults, ConversationDriver driver, StreamSide stream, ChatApi chat,
            SimulatedModel model, HttpServer server) {
        this.vertx = vertx;
        this.platform = platform;
        this.faults = faults;
        this.driver = driver;
        this.stream = stream;
        this.chat = chat;
        this.model = model;
        this.server = server;
    }

    /**
     * Starts one and returns once it listens.
     *
     * @throws UncheckedIOException if it cannot listen, with the reason in words
     */
    public static Simulator start(SimulatorOptions options) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(2)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(2)
                .setUseDaemonThread(true)
                .setFileSystemOptions(new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        try {
            Platform platform = new Platform(options);
            FaultInjector faults = new FaultInjector(options.clock());
            StreamSide stream = new StreamSide(vertx, platform, faults, options);
            ConversationDriver driver = new ConversationDriver(vertx, platform, new CallbackPush(vertx, platform, options.pushTimeout()),
                    stream.push(), options.quietTime());
            SimulatedModel model = new SimulatedModel(vertx, options.clock());
            ChatApi chat = new ChatApi(vertx, platform, driver, new ChatFaults(platform, faults, driver, stream, model), stream);
            model.onTrigger(fault -> platform.timeline().add(new TimelineEvent.ModelFaultTriggered(fault.publicName())));
            faults.onTrigger((fault, path) -> platform.timeline().add(new TimelineEvent.FaultTriggered(fault, path)));
            Router router = SimulatorServers.router(vertx, platform, options, faults, driver, stream, chat, model);
            HttpServer server = FutureResult.await(SimulatorServers.server(vertx, SimulatorServers.options(options).setPort(options.port()))
                    .requestHandler(router).webSocketHandler(stream::upgrade).listen());
            platform.listensAt(options.publicUrl() == null ? SimulatorServers.urlOf(options.host(), server.actualPort())
                    : options.publicUrl());
            stream.listensAt(SimulatorServers.endpoint(options, platform.url(),
                    options.stream().tls() == null ? null : SimulatorServers.secure(vertx, options, router, stream)));
            return new Simulator(vertx, platform, faults, driver, stream, chat, model, server);
        } catch (RuntimeException e) {
            vertx.close();
            throw e.getCause() instanceof BindException bind ? SimulatorServers.cannotListen(options, bind) : e;
        }
    }

    public int port() {
        return server.actualPort();
    }

    /** Serves as api-base-url and as oapi-base-url. */
    public String url() {
        return platform.url();
    }

    // apps, robots and people

    /** Adds an app, or replaces the one with its key. Messages without an app key go to the first one added. */
    public void addApp(SimulatedApp app) {
        platform.addApp(app);
    }

    /** Sets where an app's messages are pushed. */
    public void callbackUrl(String appKey, String callbackUrl) {
        platform.callbackUrl(appKey, callbackUrl);
    }

    /** Adds a custom group robot, or replaces the one with its access token. */
    public void addCustomRobot(CustomRobot robot) {
        platform.addCustomRobot(robot);
    }

    /** Adds a custom robot by its URL to the group cidFAKEgroup0001==, signing where its secret is not empty. */
    public void addCustomRobot(String webhook, String secret) {
        String token = new QueryStringDecoder(webhook).parameters().getOrDefault("access_token", List.of("")).get(0);
        CustomRobot robot = CustomRobot.of(token, "cidFAKEgroup0001==");
        addCustomRobot(secret.isEmpty() ? robot : robot.withSecret(secret));
    }

    /** Adds a person, or replaces the one with this staffId. staff001 (an admin) to staff003 are there from the start. */
    public void addPerson(Person person) {
        platform.addPerson(person);
    }

    /** The person with this id, created if there is none. */
    public Person person(String staffId) {
        return platform.person(staffId);
    }

    /** Gives a person a mobile number, by which the contacts API finds them. */
    public void mobile(String number, String staffId) {
        platform.person(staffId);
        platform.mobiles().put(number, staffId);
    }

    /** Adds a group, or replaces the one with its id. cidFAKEgroup0001== and cidFAKEgroup0002== are there from the start. */
    public void addGroup(Group group) {
        platform.addGroup(group);
    }

    /** The conversationId of the DM between an app's robot and a person. */
    public String dm(String appKey, String staffId) {
        return Platform.dm(platform.app(appKey).robotCode(), staffId);
    }

    /** Lets the chat page show what the application knows of messages; nothing unless set. */
    public void messageTraces(MessageTraces traces) {
        chat.messageTraces(traces);
    }

    /** Lets the chat page show and choose the application's agents; it does neither unless set. */
    public void agents(AgentSwitch agents) {
        chat.agents(agents);
    }

    /** Adds a department below another one. 1 is the root, in which staff001 to staff003 work. */
    public void addDepartment(long id, String name, long parent) {
        platform.organisation().add(new Organisation.Department(id, name, parent));
    }

    /** Adds a person to a department, in addition to those that the person is in. */
    public void hire(Person person, long department) {
        platform.organisation().hire(person, department);
    }

    /** Adds people, {@code emp00001} and so on, spread over the given number of departments; ten departments each are below another one. */
    public void hire(int people, int departments) {
        for (int i = 0; i < departments; i++) {
            addDepartment(1_000 + i, "Department " + i, i < 10 ? 1 : 1_000 + i / 10);
        }
        for (int i = 1; i <= people; i++) {
            String id = String.format("emp%05d", i);
            hire(Person.of(id, "Employee " + i), 1_000 + i % departments);
        }
    }

    /**
     * Stores a file that a user attaches to a message to an app's robot. Returns its download code, for the message's content
     * (docs/protocol.md 3.5).
     */
    public String attach(String appKey, String name, byte[] content) {
        String code = RandomText.base64("dc");
        platform.store(new StoredFile(code, "attachment", platform.app(appKey).robotCode(), name, content));
        return code;
    }

    /** What was uploaded and got this media id. */
    public Optional<StoredFile> media(String mediaId) {
        return Optional.ofNullable(platform.storedFile(mediaId));
    }

    // messages of users

    /**
     * Sends a user's message: it is pushed to the app's callback URL, or on a Stream connection, see {@link UserMessage#byStream()}.
     * Returns with the application's answer, or without one after the push time-out; {@link PushResult#fault()} tells, also of a
     * missing connection.
     *
     * @throws IllegalArgumentException if there is no such app or connection, or it lacks a callback URL, or a key where encryption is
     *                                  wanted
     */
    public PushResult say(UserMessage userMessage) {
        return FutureResult.await(driver.say(userMessage));
    }

    /** As {@link #say}, without waiting. */
    public CompletableFuture<PushResult> sayAsync(UserMessage userMessage) {
        return driver.say(userMessage).toCompletionStage().toCompletableFuture();
    }

    /**
     * As {@link #say}, and waits at most this long for the first answer of the robot in that conversation, and then until no further
     * one comes.
     */
    public AskResult ask(UserMessage userMessage, Duration wait) {
        return FutureResult.await(driver.ask(userMessage, wait));
    }

    /** Pushes an event, encrypted (docs/protocol.md 5.6). DingTalk would try twice more, after 10 s and 30 s; here it is tried once. */
    public PushResult pushEvent(String appKey, String json) {
        Json.required(json, "an event");
        return FutureResult.await(driver.pushEvent(appKey, json));
    }

    /** Presses the console's button that verifies the callback URL (docs/protocol.md 5.5). */
    public PushResult checkUrl(String appKey) {
        return pushEvent(appKey, "{\"EventType\":\"check_url\"}");
    }

    // what happened

    /** What users would see, oldest first; the last {@code recordSize} messages. */
    public List<Delivery> deliveries() {
        return platform.deliveries().all();
    }

    public List<Delivery> deliveriesTo(String conversationId) {
        return deliveries().stream().filter(delivery -> delivery.conversationId().equals(conversationId)).toList();
    }

    /** Name of the reaction that is shown under a message; null for none. */
    public String reaction(String msgId) {
        return platform.reactions().get(msgId);
    }

    /** Calls the watcher with each delivery, on the thread that delivers, until the result is run. The watcher must not block. */
    public Runnable watch(Consumer<Delivery> watcher) {
        return platform.watchAll(watcher);
    }

    /** A card as people see it now; null where there is none of this outTrackId. */
    public SimulatedCard card(String outTrackId) {
        return platform.cards().get(outTrackId);
    }

    /** All cards that it remembers. */
    public List<SimulatedCard> cards() {
        return platform.cards().values();
    }

    /** Lets a card expire: no call finds it any more. */
    public void expireCard(String outTrackId) {
        platform.cards().remove(outTrackId);
    }

    /** Whether a message of the robot was recalled, so that no user sees it any more. */
    public boolean isRecalled(String processQueryKey) {
        RecallableMessage sent = platform.sentKeys().get(processQueryKey);
        return sent != null && sent.recalled();
    }

    /** The requests to DingTalk's APIs, oldest first; the last {@code recordSize}. Without the calls to {@code /simulator}. */
    public List<RecordedRequest> requests() {
        return platform.requests().all();
    }

    /** Forgets deliveries, requests, open calls and acks. */
    public void clearRecords() {
        platform.deliveries().clear();
        stream.clearRecords();
        platform.requests().clear();
    }

    /** How often an app was given a token, renewals included. */
    public long tokensIssued(String appKey) {
        return platform.tokens().issued(appKey);
    }

    /** Bytes that the simulator remembers, by estimate. */
    public long heldBytes() {
        return platform.heldBytes() + stream.heldBytes();
    }

    /** Bytes that it may remember. */
    public long maxHeldBytes() {
        return platform.maxHeldBytes() + stream.maxHeldBytes();
    }

    /** The Stream side: its connections, and what it pushes. */
    public StreamSide stream() {
        return stream;
    }

    // faults

    /** The simulated language model: what it was asked, and its faults. Its base URL is {@link #url()} with {@code /v1}. */
    public SimulatedModel model() {
        return model;
    }

    public FaultInjector faults() {
        return faults;
    }

    /** Makes the app's token invalid; the next request for one gets another. */
    public void expireToken(String appKey) {
        platform.tokens().expire(platform.app(appKey).appKey());
    }

    /** Ends the session of this webhook URL; the conversation's next message has another. */
    public void expireSession(String sessionWebhook) {
        platform.expireSession(sessionWebhook.substring(sessionWebhook.lastIndexOf('=') + 1));
    }

    /** Closes the ports and every connection. */
    @Override
    public void close() {
        FutureResult.await(vertx.close());
    }
}
