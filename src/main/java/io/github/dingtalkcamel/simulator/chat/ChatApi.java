package io.github.dingtalkcamel.simulator.chat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.AgentSwitch;
import io.github.dingtalkcamel.simulator.platform.MessageTraces;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.PictureType;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatedCard;
import io.github.dingtalkcamel.simulator.platform.StoredFile;
import io.github.dingtalkcamel.simulator.platform.TimelineEvent;
import io.github.dingtalkcamel.simulator.stream.CardClick;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.StreamSide;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the chat page talks to, under {@code /simulator/chat}.
 *
 * <table>
 * <caption>Paths</caption>
 * <tr><td>GET happenings</td><td>Server-Sent Events: {@code scene} (robots, people, groups; again when they change), then each
 * {@link TimelineEvent}, beginning with the last 500; 503 while 32 listen</td></tr>
 * <tr><td>POST say</td><td>see {@link ChatRequest}; answers at once; the outcome is an event of the feed</td></tr>
 * <tr><td>POST files</td><td>the body is kept; answers its code</td></tr>
 * <tr><td>GET files/:code</td><td>pictures are shown, other files are downloads</td></tr>
 * <tr><td>GET media</td><td>{@code ?id=}: what a robot uploaded, in the same way</td></tr>
 * <tr><td>POST click</td><td>outTrackId, user, group, action, params: presses a card's button; answers accepted, or the fault</td></tr>
 * <tr><td>GET ways</td><td>{@code ?app=&id=&id=…} (at most 50): what the application knows of these messages, by msgId</td></tr>
 * <tr><td>GET agents</td><td>{@code ?app=&conversation=}: the application's agents, and which of them answers</td></tr>
 * <tr><td>POST agents</td><td>app, conversation, agent: lets another answer</td></tr>
 * <tr><td>POST people</td><td>staffId, nick, admin, outsider: adds or replaces a person</td></tr>
 * <tr><td>POST faults</td><td>kind, app, conversation; see {@link ChatFaults}</td></tr>
 * </table>
 */
public final class ChatApi {

    private static final Logger LOG = LoggerFactory.getLogger(ChatApi.class);
    private static final String ROOT = "/chat";
    private static final int MAX_WAYS = 50;
    private static final int MAX_ASKING = 32;
    private static final int MAX_NAME = 100;

    private final Vertx vertx;
    private final Platform platform;
    private final ConversationDriver driver;
    private final ChatFaults faults;
    private final StreamSide stream;
    private final ChatFiles files = new ChatFiles();
    private final AtomicInteger asking = new AtomicInteger();
    private final String life = RandomText.hex32();
    private volatile AgentSwitch agents = AgentSwitch.NONE;
    private volatile MessageTraces traces = MessageTraces.UNKNOWN;

    public ChatApi(Vertx vertx, Platform platform, ConversationDriver driver, ChatFaults faults, StreamSide stream) {
        this.vertx = vertx;
        this.platform = platform;
        this.driver = driver;
        this.faults = faults;
        this.stream = stream;
    }

    public void messageTraces(MessageTraces theirs) {
        traces = theirs;
    }

    public void agents(AgentSwitch theirs) {
        agents = theirs;
    }

    public void register(Router router) {
        ControlApi.on(router, HttpMethod.GET, ROOT + "/happenings", this::events);
        ControlApi.on(router, HttpMethod.POST, ROOT + "/say", this::say);
        ControlApi.on(router, HttpMethod.POST, ROOT + "/files", context ->
                ControlApi.json(context, 200, Json.write(Json.object().put("file", files.add(ControlApi.body(context)).code()))));
        ControlApi.on(router, HttpMethod.GET, ROOT + "/files/:code", this::file);
        ControlApi.on(router, HttpMethod.GET, ROOT + "/media", this::media);
        ControlApi.on(router, HttpMethod.POST, ROOT + "/click", this::click);
        ControlApi.on(router, HttpMethod.GET, ROOT + "/ways", this::traces);
        ControlApi.on(router, HttpMethod.GET, ROOT + "/agents", context ->
                answering(context, context.request().getParam("app"), context.request().getParam("conversation", ""), null));
        ControlApi.on(router, HttpMethod.POST, ROOT + "/agents", context -> {
            ObjectNode order = ControlApi.bodyJson(context);
            answering(context, Json.text(order, "app"), named(order, "conversation"), named(order, "agent"));
        });
        ControlApi.on(router, HttpMethod.POST, ROOT + "/people", this::person);
        ControlApi.on(router, HttpMethod.POST, ROOT + "/faults", this::fault);
    }

    private void events(RoutingContext context) {
        ChatFeed feed = new ChatFeed(vertx, platform.timeline(), life, this::scene, context.response());
        if (!feed.begin(context.request().getHeader("Last-Event-ID"))) {
            ControlApi.fail(context, 503, "too many pages are open: close one");
        }
    }

    /** Who there is, and how the robots are connected. */
    private ObjectNode scene() {
        ObjectNode scene = Json.object();
        ArrayNode robots = scene.putArray("robots");
        List<Connection> connections = stream.connections();
        for (SimulatedApp app : platform.apps()) {
            ObjectNode robot = robots.addObject().put("app", app.appKey()).put("robotCode", app.robotCode())
                    .put("integration", app.integration())
                    .put("webhook", app.callbackUrl() != null).put("encrypted", app.callbackUrl() != null && app.aesKey() != null);
            for (Connection.State state : Connection.State.values()) {
                robot.put(switch (state) {
                    case OPEN -> "open";
                    case LEAVING -> "leaving";
                    case BLACK_HOLE -> "blackHole";
                }, count(connections, connection -> connection.appKey().equals(app.appKey()) && connection.state() == state));
            }
        }
        ArrayNode people = scene.putArray("people");
        for (Person person : platform.listedPeople()) {
            ObjectNode dms = people.addObject().put("staffId", person.staffId()).put("nick", person.nick())
                    .put("senderId", person.dingtalkId())
                    .put("admin", person.admin()).put("outsider", person.outsider()).putObject("dms");
            platform.apps().forEach(app -> dms.put(app.appKey(), Platform.dm(app.robotCode(), person.staffId())));
        }
        ArrayNode groups = scene.putArray("groups");
        platform.listedGroups()
                .forEach(group -> groups.addObject().put("conversationId", group.conversationId()).put("title", group.title()));
        return scene;
    }

    private static long count(List<Connection> connections, Predicate<Connection> which) {
        return connections.stream().filter(which).count();
    }

    private void say(RoutingContext context) {
        driver.say(new ChatRequest(ControlApi.bodyJson(context), platform).userMessage());
        ControlApi.done(context);
    }

    private void file(RoutingContext context) {
        ChatFiles.ChatFile file = files.orNull(context.pathParam("code"));
        show(context, file == null ? null : file.content());
    }

    private void media(RoutingContext context) {
        StoredFile file = platform.storedFile(context.request().getParam("id", ""));
        show(context, file == null ? null : Buffer.buffer(file.content()));
    }

    private static void show(RoutingContext context, Buffer content) {
        if (content == null) {
            ControlApi.fail(context, 404, "there is no such file (any more)");
            return;
        }
        HttpServerResponse response = ChatPage.secured(context.response()).putHeader("Content-Type", PictureType.of(content));
        if (!PictureType.isPicture(content)) {
            response.putHeader("Content-Disposition", "attachment");
        }
        response.end(content);
    }

    private void click(RoutingContext context) {
        ObjectNode order = ControlApi.bodyJson(context);
        SimulatedCard card = platform.cards().get(String.valueOf(Json.text(order, "outTrackId")));
        if (card == null) {
            ControlApi.fail(context, 404, "there is no such card (any more)");
            return;
        }
        CardClick click = new CardClick(card.app(), card.outTrackId(), named(order, "user"), Json.text(order, "group"),
                List.of(named(order, "action")), order.path("params").isObject() ? Json.write(order.path("params")) : "{}", null);
        stream.push().click(platform.app(card.app()), click)
                .onSuccess(clicked -> ControlApi.json(context, 200,
                        Json.write(Json.object().put("accepted", clicked.accepted()).put("fault", clicked.fault()))))
                .onFailure(failure -> ControlApi.fail(context, 500, String.valueOf(failure.getMessage())));
    }

    private void traces(RoutingContext context) {
        List<String> ids = context.request().params().getAll("id");
        String integration = platform.app(context.request().getParam("app")).integration();
        if (ids.size() > MAX_WAYS) {
            throw new IllegalArgumentException("at most " + MAX_WAYS + " messages at once, not " + ids.size());
        }
        if (integration == null || ids.isEmpty()) {
            ControlApi.json(context, 200, "{}");
            return;
        }
        if (asking.incrementAndGet() > MAX_ASKING) {
            asking.decrementAndGet();
            ControlApi.fail(context, 503, "too many questions at once: ask again");
            return;
        }
        vertx.executeBlocking(() -> waysOf(integration, ids), false).onComplete(known -> {
            asking.decrementAndGet();
            if (known.succeeded()) {
                ControlApi.json(context, 200, Json.write(known.result()));
            } else {
                LOG.warn("The application did not tell the chat page the way of its messages: {}", known.cause().toString());
                ControlApi.json(context, 200, "{}");
            }
        });
    }

    /** @param chosen the agent to answer from now on; null to ask only */
    private void answering(RoutingContext context, String app, String conversation, String chosen) {
        String integration = platform.app(app).integration();
        if (asking.incrementAndGet() > MAX_ASKING) {
            asking.decrementAndGet();
            ControlApi.fail(context, 503, "too many questions at once: ask again");
            return;
        }
        vertx.executeBlocking(() -> {
            if (chosen != null) {
                agents.choose(integration, conversation, chosen);
            }
            ObjectNode known = Json.object();
            ArrayNode names = known.putArray("agents");
            if (integration != null) {
                agents.agents().forEach(names::add);
                known.put("answering", agents.answering(integration, conversation));
            }
            return known;
        }, false).onComplete(known -> {
            asking.decrementAndGet();
            if (known.succeeded()) {
                ControlApi.json(context, 200, Json.write(known.result()));
            } else {
                ControlApi.fail(context, known.cause() instanceof IllegalArgumentException ? 400 : 500, String.valueOf(known.cause()
                        .getMessage()));
            }
        });
    }

    private ObjectNode waysOf(String integration, List<String> ids) {
        ObjectNode known = Json.object();
        for (String id : ids) {
            traces.transport(integration, id).map(Json::objectOrNull).ifPresent(transport -> known.set(id, transport));
        }
        return known;
    }

    private void person(RoutingContext context) {
        ObjectNode order = ControlApi.bodyJson(context);
        String nick = named(order, "nick");
        boolean outsider = order.path("outsider").asBoolean(false);
        Person person = Person.of(named(order, "staffId"), nick).asAdmin(!outsider && order.path("admin").asBoolean(false))
                .asOutsider(outsider);
        platform.addPerson(person);
        ControlApi.done(context);
    }

    private static String named(ObjectNode order, String field) {
        String value = Json.text(order, field);
        if (value == null || value.isBlank() || value.length() > MAX_NAME) {
            throw new IllegalArgumentException(field + " must have 1 to " + MAX_NAME + " characters");
        }
        return value.strip();
    }

    private void fault(RoutingContext context) {
        ObjectNode order = ControlApi.bodyJson(context);
        faults.make(Json.text(order, "kind"), Json.text(order, "app"), Json.text(order, "conversation"))
                .onSuccess(did -> ControlApi.json(context, 200, Json.write(Json.object().put("did", did))))
                .onFailure(failure -> ControlApi.fail(context, 500, String.valueOf(failure.getMessage())));
    }
}
