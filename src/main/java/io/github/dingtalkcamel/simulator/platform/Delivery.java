package io.github.dingtalkcamel.simulator.platform;

import java.time.Instant;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.text.Json;

/**
 * One message that arrived somewhere: what a person would see.
 *
 * @param number          counts up from 1 over the simulator's life
 * @param robotCode       who sent it; for custom robots their access token
 * @param conversationId  the group or DM it shows up in
 * @param userId          the person in whose DM it shows up; null in groups
 * @param type            msgtype of webhooks ({@code markdown}), msgKey of the robot API ({@code sampleMarkdown})
 * @param title           null where the type has none
 * @param text            its readable text; null where the type has none (pictures, files)
 * @param at              who is notified; {@link At#NONE} on the robot API, which knows no mentions
 * @param processQueryKey handle of the robot API; null on webhooks. People reached by one batchSend share it
 * @param msgUuid         the webhook message's idempotency key, null without
 * @param body            the message as sent: the webhook's whole body, or the decoded msgParam
 */
public record Delivery(long number, Instant time, Channel channel, String robotCode, String conversationId, String userId, String type,
        String title, String text, At at, String processQueryKey, String msgUuid, String body) {

    /** The way a message came. */
    public enum Channel {
        /** sessionWebhook, docs/protocol.md 6.1 */
        SESSION,
        /** oToMessages/batchSend, docs/protocol.md 6.3.1 */
        OTO,
        /** groupMessages/send, docs/protocol.md 6.3.2 */
        GROUP,
        /** a custom robot's robot/send, docs/protocol.md 6.2 */
        WEBHOOK,
        /** a card of the card platform, docs/protocol.md 6.5; its variables may change later, see {@link Simulator#card} */
        CARD,
        /** in the answer to the robot callback itself, docs/protocol.md 4 */
        ANSWER
    }

    /** Mentions of a webhook message (docs/protocol.md 6.1). */
    public record At(List<String> userIds, List<String> mobiles, boolean all) {

        public static final At NONE = new At(List.of(), List.of(), false);

        public At {
            userIds = List.copyOf(userIds);
            mobiles = List.copyOf(mobiles);
        }
    }

    Delivery stamped(long itsNumber, Instant itsTime) {
        return new Delivery(itsNumber, itsTime, channel, robotCode, conversationId, userId, type, title, text, at, processQueryKey, msgUuid,
                body);
    }

    long weight() {
        return 400 + 2L * body.length();
    }

    /** The message as JSON, as the pages and scripts get it. */
    public ObjectNode json() {
        ObjectNode json = Json.object().put("number", number).put("time", time.toString())
                .put("channel", channel.name().toLowerCase(Locale.ROOT)).put("robotCode", shownRobot())
                .put("conversationId", conversationId).put("userId", userId).put("type", type)
                .put("title", title).put("text", text);
        ObjectNode mentions = json.putObject("at");
        ArrayNode users = mentions.putArray("userIds");
        at.userIds().forEach(users::add);
        ArrayNode mobiles = mentions.putArray("mobiles");
        at.mobiles().forEach(mobiles::add);
        mentions.put("all", at.all());
        return json.put("processQueryKey", processQueryKey).put("msgUuid", msgUuid).put("body", body);
    }

    /** A custom robot is known by its access token, which is not shown. */
    private String shownRobot() {
        return channel == Channel.WEBHOOK ? "custom" : robotCode;
    }
}
