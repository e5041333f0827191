package io.github.dingtalkcamel.simulator.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.Timeline;
import io.github.dingtalkcamel.simulator.platform.TimelineEvent;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;

/**
 * What the chat page wants said: {@code app, user, group, at, way} (stream, webhook, encrypted), {@code kind} (text, picture, file,
 * audio, card), {@code text, file, fileName, quote}; put into the shapes of docs/protocol.md 3.3 and 3.4.
 *
 * <p>{@code file} is a code of {@link ChatFiles}, {@code quote} the number of what is quoted in the {@link Timeline}.
 */
final class ChatRequest {

    private static final int MAX_TEXT = 20_000;
    private static final int MAX_NAME = 255;
    private static final int SPOKEN_MS_A_CHARACTER = 220;

    private final ObjectNode order;
    private final Platform platform;

    ChatRequest(ObjectNode order, Platform platform) {
        this.order = order;
        this.platform = platform;
    }

    /**
     * @throws IllegalArgumentException if something is missing or unknown, with what
     */
    UserMessage userMessage() {
        String text = Json.text(order, "text") == null ? "" : Json.text(order, "text");
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("a message may have " + MAX_TEXT + " characters here, not " + text.length());
        }
        UserMessage userMessage = byTransport(UserMessage.text(text).to(Json.text(order, "app")).from(Json.text(order, "user"))
                .inGroup(Json.text(order, "group")));
        if (!order.path("at").asBoolean(true)) {
            userMessage = userMessage.withoutMention();
        }
        String kind = Json.text(order, "kind");
        return switch (kind == null ? "text" : kind) {
            case "text" -> order.hasNonNull("quote") ? userMessage.with(Json.write(quoting(userMessage))) : userMessage;
            case "picture" -> content(userMessage, "picture", Json.object().put("downloadCode", file()).put("pictureDownloadCode", file()));
            case "file" -> content(userMessage, "file", Json.object().put("downloadCode", file()).put("fileName", fileName()));
            case "audio" -> content(userMessage, "audio", voice(text));
            case "card" -> content(userMessage, "interactiveCard", card(text));
            default -> throw new IllegalArgumentException("kind must be text, picture, file, audio or card, not " + kind);
        };
    }

    private UserMessage byTransport(UserMessage userMessage) {
        String transport = Json.text(order, "way");
        return switch (transport == null ? "stream" : transport) {
            case "stream" -> userMessage.byStream();
            case "webhook" -> userMessage.byWebhook();
            case "encrypted" -> userMessage.encrypted();
            default -> throw new IllegalArgumentException("way must be stream, webhook or encrypted, not " + transport);
        };
    }

    private static UserMessage content(UserMessage userMessage, String type, ObjectNode content) {
        ObjectNode fields = Json.object().put("msgtype", type);
        fields.set("content", content);
        return userMessage.without("text").with(Json.write(fields));
    }

    private static ObjectNode voice(String speech) {
        ObjectNode content = Json.object().put("duration", Math.max(1_000, speech.length() * SPOKEN_MS_A_CHARACTER))
                .put("downloadCode", RandomText.hex32());
        return speech.isBlank() ? content : content.put("recognition", speech);
    }

    /** A card as it is forwarded: a tree of elements, as JSON within a string. */
    private static ObjectNode card(String text) {
        ObjectNode tree = Json.object();
        text.lines().forEach(line -> tree.withArray("elements").addObject().put("type", "text").put("value", line));
        return Json.object().put("cardContent", Json.write(tree));
    }

    private String file() {
        String code = Json.text(order, "file");
        if (code == null || !code.matches("[0-9a-f]{32}")) {
            throw new IllegalArgumentException("file is missing: the code of what was uploaded to /simulator/chat/files");
        }
        return code;
    }

    private String fileName() {
        String name = Json.text(order, "fileName");
        return name == null ? "file" : name.substring(0, Math.min(name.length(), MAX_NAME));
    }

    private ObjectNode quoting(UserMessage userMessage) {
        Timeline.Entry quoted = platform.timeline().entryOrNull(order.path("quote").asLong());
        ObjectNode fields = Json.object();
        ObjectNode text = fields.putObject("text")
                .put("content", userMessage.groupOrNull() != null && userMessage.mentions() ? " " + userMessage.text() : userMessage.text())
                        .put("isReplyMsg", true);
        if (quoted != null && quoted.event() instanceof TimelineEvent.MessagePushed spoken) {
            ObjectNode original = Json.required(spoken.message().json(), "a message");
            String type = Json.text(original, "msgtype");
            ObjectNode replied = text.putObject("repliedMsg").put("createdAt", original.path("createAt").asLong())
                    .put("senderId", Json.text(original, "senderId")).put("senderNick", Json.text(original, "senderNick"))
                    .put("msgType", type).put("msgId", spoken.message().msgId());
            if ("text".equals(type)) {
                replied.putObject("content").put("text", original.path("text").path("content").asText().strip());
            } else {
                replied.set("content", original.path("content"));
            }
            return fields.put("originalMsgId", spoken.message().msgId());
        }
        if (quoted != null && quoted.event() instanceof TimelineEvent.Delivered shown) {
            return quotingTheRobot(fields, text, shown.delivery());
        }
        throw new IllegalArgumentException("the quoted message is no longer known: only the latest messages can be quoted");
    }

    /** By session webhook a message has no id; by robot API its processQueryKey is given, and no content (docs/protocol.md 3.4). */
    private static ObjectNode quotingTheRobot(ObjectNode fields, ObjectNode text, Delivery delivery) {
        if (delivery.processQueryKey() != null) {
            if (delivery.channel() == Delivery.Channel.CARD) {
                // a card is marked as one, by its id, and still without its text
                text.putObject("repliedMsg").put("createdAt", delivery.time().toEpochMilli()).put("msgType", "interactiveCard")
                        .put("msgId", RandomText.base64("msg")).set("content", Json.required(delivery.body(), "a card's id"));
            }
            return fields.put("originalProcessQueryKey", delivery.processQueryKey());
        }
        text.putObject("repliedMsg").put("createdAt", delivery.time().toEpochMilli())
                .put("senderId", RandomText.base64Of("$:LWCP_v1:$", delivery.robotCode())).put("msgType", "text")
                .putObject("content").put("text", delivery.text() == null ? "" : delivery.text());
        return fields;
    }
}
