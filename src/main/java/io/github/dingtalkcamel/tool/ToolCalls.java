package io.github.dingtalkcamel.tool;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.api.WebhookAddresses;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.component.secrets.Sha256;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.EditDistance;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.SettingCatalogue;
import io.github.dingtalkcamel.settings.Settings;
import io.vertx.core.buffer.Buffer;
import org.apache.camel.Message;
import org.apache.camel.Variable;

/** Parses and checks a call before anything is sent: an error names the argument and its allowed values. */
public final class ToolCalls {

    static final int MOST_RECIPIENTS = 1_000;

    private static final Duration USUAL_TIMEOUT = Duration.ofMillis(Tool.USUAL_TIMEOUT_MILLIS);

    private final Settings settings;
    private final Tools tools;
    private final WebhookAddresses webhooks;
    private final CallBody bodies;

    /** @param bodies reads the calls by HTTP */
    public ToolCalls(Settings settings, Tools tools, CallBody bodies) {
        this.settings = settings;
        this.tools = tools;
        this.webhooks = new WebhookAddresses(settings.apiBaseUrl(), settings.oapiBaseUrl());
        this.bodies = bodies;
    }

    /**
     * The call.
     *
     * @param  tool         the tool's name
     * @param  request      its body has the arguments: JSON, or a map
     * @throws ApiException 404 for a tool that there is not, 400 for a faulty argument, 503 where what calls hold leaves no room to read it
     */
    public ToolCall read(@Variable("tool") String tool, Message request) throws ApiException {
        Tool wanted = tools.named(tool).orElseThrow(() -> ApiException.notFound("unknown_tool", "There is no tool of this name"
                + EditDistance.nearest(tool, tools.names()).map(near -> ": did you mean " + near + "?").orElse(".")
                + " There are " + tools.names().collect(Collectors.joining(", "))));
        ObjectNode given = body(request, wanted);
        JsonNode state = given.remove("state");
        if (state != null && !state.isNull()) {
            if (!state.isObject()) {
                throw bad("state", "must be an object");
            }
            given = (ObjectNode) new StateTemplates(state).resolved(given);
        }
        ObjectNode arguments = checked(wanted, given);
        String fingerprint = fingerprint(wanted, arguments);
        Integration integration = integration(arguments);
        if (wanted.needsApp() && !integration.hasApp()) {
            throw bad("integrationId", "must name an integration with an app: " + integration.id() + " has only a custom robot");
        }
        Duration timeout = Optional.ofNullable(arguments.remove("timeoutMs")).map(ms -> Duration.ofMillis(ms.intValue()))
                .orElse(USUAL_TIMEOUT);
        String requestId = Optional.ofNullable(arguments.remove("requestId")).map(JsonNode::textValue).orElse(null);
        List<Target> targets = wanted.sends() ? targets(arguments, integration) : List.of();
        ToolCall call = new ToolCall(wanted, integration.id(), arguments, targets, requestId, timeout, fingerprint);
        if (wanted.sends()) {
            AtArgument.of(call);
        }
        return call;
    }

    private ObjectNode body(Message request, Tool tool) throws ApiException {
        try {
            if (request.getBody() instanceof ObjectNode read) {
                return read;
            }
            if (request.getBody() instanceof Map<?, ?> map) {
                return CallBody.JSON.valueToTree(map);
            }
            if (request.getBody() instanceof Buffer) {
                return bodies.read(request, List.of(), object -> !tool.isAdded());
            }
            byte[] body = request.getBody(byte[].class);
            if (body != null && body.length > CallBody.MAX_BYTES) {
                throw CallBody.tooLarge();
            }
            if (body != null && body.length > 0 && CallBody.JSON.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (IOException | IllegalArgumentException e) {
            // reported below
        }
        throw ApiException.badRequest("bad_body",
                "The body must be a JSON object with the tool's arguments, nested at most 64 deep, each once, of at most "
                                                  + CallBody.MOST_TOKENS + " values, sent as Content-Type: application/json");
    }

    /** Each argument known, of its kind, and those there that must be. Null counts as left out. */
    private static ObjectNode checked(Tool tool, ObjectNode given) throws ApiException {
        ObjectNode checked = CallBody.JSON.createObjectNode();
        for (Map.Entry<String, JsonNode> field : given.properties()) {
            Argument argument = tool.argument(field.getKey()).orElse(null);
            if (argument == null && !tool.isAdded()) {
                throw unknown(tool, field.getKey());
            }
            if (!field.getValue().isNull()) {
                checked.set(field.getKey(), argument == null ? field.getValue() : checked(argument, field.getValue()));
            }
        }
        for (Argument argument : tool.arguments()) {
            if (argument.required() && !checked.has(argument.name())) {
                throw bad(argument.name(), "is missing: it must be " + argument.mayBe());
            }
        }
        return checked;
    }

    private static ApiException unknown(Tool tool, String name) {
        List<String> names = tool.arguments().stream().map(Argument::name).toList();
        String shown = name.length() > 60 ? name.substring(0, 60) + "…" : name;
        return ApiException.badRequest("unknown_argument", shown + " is no argument of " + tool.wireName()
                + EditDistance.nearest(shown, names.stream()).map(near -> ": did you mean " + near + "?")
                        .orElse(".") + " It takes " + String.join(", ", names));
    }

    private static JsonNode checked(Argument argument, JsonNode value) throws ApiException {
        JsonNode right = switch (argument.kind()) {
            case TEXT -> EncodedFile.of(value) != null || isText(value, argument.most()) ? value : null;
            case TEXTS -> isText(value, argument.most()) || isTexts(value, argument.most()) ? value : null;
            case NUMBER -> value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= argument.least()
                    && value.intValue() <= argument.most()
                    ? value : null;
            case WORD -> value.isTextual() && argument.words().contains(value.textValue()) ? value : null;
            case OBJECT -> object(value);
            case STATE -> value;
        };
        if (right == null) {
            String near = argument.kind() == Argument.Kind.WORD && isText(value, 60)
                    ? EditDistance.nearest(value.textValue(), argument.words().stream()).map(word -> ". Did you mean " + word + "?")
                            .orElse("") : "";
            throw bad(argument.name(), "must be " + argument.mayBe() + near);
        }
        return right;
    }

    private static boolean isText(JsonNode value, int most) {
        return value.isTextual() && !value.textValue().isBlank() && value.textValue().length() <= most;
    }

    private static boolean isTexts(JsonNode value, int most) {
        if (!(value instanceof ArrayNode list) || list.isEmpty()) {
            return false;
        }
        for (JsonNode each : list) {
            if (!isText(each, most)) {
                return false;
            }
        }
        return true;
    }

    /** An object, also where it comes as a text that holds it as JSON; null where it is neither. */
    static ObjectNode object(JsonNode value) {
        try {
            return value instanceof ObjectNode object ? object : value.isTextual()
                    && CallBody.JSON.readTree(value.textValue()) instanceof ObjectNode read ? read : null;
        } catch (IOException e) {
            return null;
        }
    }

    private Integration integration(ObjectNode arguments) throws ApiException {
        JsonNode given = arguments.remove("integrationId");
        String id = given == null ? SettingCatalogue.MAIN : given.textValue();
        return settings.integration(id).orElseThrow(() -> bad("integrationId", "must be one of "
                + String.join(", ", settings.integrations().stream().map(Integration::id).toList())
                + (given == null ? "; main, the default, is not set" : "")));
    }

    private List<Target> targets(ObjectNode arguments, Integration integration) throws ApiException {
        JsonNode type = arguments.remove("recipient_type");
        JsonNode ids = arguments.remove("recipient_id");
        if (type == null && ids == null) {
            return List.of(usual(integration));
        }
        if (type == null) {
            throw bad("recipient_type", "is missing: it must say what recipient_id is, one of " + String.join(", ", RecipientType.names()));
        }
        RecipientType by = RecipientType.values()[RecipientType.names().indexOf(type.textValue())];
        if (ids == null && by == RecipientType.WEBHOOK) {
            return List.of(webhook(integration));
        }
        if (ids == null) {
            throw bad("recipient_id", "is missing: it must be a text or a list of texts");
        }
        Set<String> each = new LinkedHashSet<>();
        if (ids.isTextual()) {
            each.add(ids.textValue().strip());
        }
        ids.forEach(id -> each.add(id.textValue().strip()));
        if (each.size() > MOST_RECIPIENTS) {
            throw bad("recipient_id", "must name at most " + MOST_RECIPIENTS + " recipients");
        }
        if (by != RecipientType.WEBHOOK && !integration.hasApp()) {
            throw bad("recipient_type", "must be webhook: the integration " + integration.id() + " has no app");
        }
        List<Target> targets = new ArrayList<>();
        for (String id : each) {
            targets.add(by == RecipientType.WEBHOOK ? webhook(id) : target(by, id));
        }
        return targets;
    }

    private static Target target(RecipientType by, String id) throws ApiException {
        if (id.chars().anyMatch(Character::isISOControl)) {
            throw bad("recipient_id", "must not have control characters");
        }
        if (by == RecipientType.MOBILE && !id.matches("\\+?[0-9][0-9 -]{4,24}")) {
            throw bad("recipient_id", "must be mobile numbers: digits, with a + and the country's code where it is not China");
        }
        return Target.of(by, id);
    }

    private Target usual(Integration integration) throws ApiException {
        if (integration.userId().isPresent() && integration.hasApp()) {
            return Target.of(RecipientType.USER_ID, integration.userId().get());
        }
        if (integration.conversationId().isPresent() && integration.hasApp()) {
            return Target.of(RecipientType.CHAT_ID, integration.conversationId().get());
        }
        if (integration.hasWebhook()) {
            return webhook(integration);
        }
        throw bad("recipient_type", "is missing, with recipient_id: set them, or a default recipient by"
                + " dingtalk.user-id, dingtalk.conversation-id or dingtalk.webhook");
    }

    private static Target webhook(Integration integration) throws ApiException {
        if (!integration.hasWebhook()) {
            throw bad("recipient_id", "must be a custom robot's URL: the integration " + integration.id()
                    + " has none set (dingtalk.webhook)");
        }
        return new Target(RecipientType.WEBHOOK, Secret.UNSET);
    }

    /** Only where custom robots are: nothing is ever posted to an address of a caller's choice. */
    private Target webhook(String url) throws ApiException {
        try {
            URI uri = URI.create(url);
            if (webhooks.isCustomRobot(uri)) {
                return Target.of(RecipientType.WEBHOOK, url);
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw bad("recipient_id", "must be a custom robot's URL as DingTalk shows it: " + settings.oapiBaseUrl()
                + "/robot/send?access_token=…");
    }

    /** The arguments' hash, independent of their order. */
    private static String fingerprint(Tool tool, ObjectNode arguments) {
        try {
            ObjectNode alike = arguments.deepCopy();
            alike.remove(List.of("requestId", "timeoutMs"));
            Object ordered = CallBody.JSON.treeToValue(alike, Object.class);
            MessageDigest digest = Sha256.digest();
            digest.update(tool.wireName().getBytes(StandardCharsets.UTF_8));
            // not made whole in memory first: there may be a file in it
            CallBody.JSON.writeValue(new DigestOutputStream(OutputStream.nullOutputStream(), digest), ordered);
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A faulty argument: its name, then what is wrong with it. */
    public static ApiException bad(String argument, String fault) {
        return ApiException.badRequest("bad_argument", argument + " " + fault);
    }
}
