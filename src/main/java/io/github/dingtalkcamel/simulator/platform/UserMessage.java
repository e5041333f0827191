package io.github.dingtalkcamel.simulator.platform;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.text.Json;

/**
 * Something a person says to a robot. Immutable; start with {@link #text} and refine:
 *
 * <pre>{@code
 * Said.text("restart").from("staff002").inGroup("cidFAKEgroup0001==").encrypted()
 * Said.text("").without("text").with("{\"msgtype\":\"picture\",\"content\":{\"downloadCode\":\"dc1\"}}")
 * }</pre>
 */
public final class UserMessage implements Cloneable {

    private final String text;
    private String user = "staff001";
    private String group;
    private boolean mentions = true;
    private String app;
    private boolean encrypted;
    private String msgId;
    private Instant sessionExpiry;
    private Instant signedAt;
    private String signedWith;
    private String with;
    private List<String> without = List.of();
    private Transport transport;
    private String connection;

    private UserMessage(String text) {
        this.text = Objects.requireNonNull(text, "text");
    }

    /**
     * A card, by staff001 in the DM with the robot: {@code interactiveCard}, whose content is a JSON value of any shape
     * (docs/protocol.md 3.3).
     */
    public static UserMessage card(String contentJson) {
        return text("").without("text").with("{\"msgtype\":\"interactiveCard\",\"content\":" + contentJson + "}");
    }

    /** By staff001 in the DM with the robot of the app that was added first, pushed plain. */
    public static UserMessage text(String text) {
        return new UserMessage(text);
    }

    /** Sets the sender, who is created if there is no user of this id. null: staff001. */
    public UserMessage from(String staffId) {
        return but(it -> it.user = staffId == null ? "staff001" : staffId);
    }

    /** In a group, mentioning the robot; made up if there is no such group. null: in the DM. */
    public UserMessage inGroup(String conversationId) {
        return but(it -> it.group = conversationId);
    }

    /** In a group: without mentioning the robot. DingTalk would not push that; pushed here to see it dropped. */
    public UserMessage withoutMention() {
        return but(it -> it.mentions = false);
    }

    /** To the robot of another app than the first. null: the first. */
    public UserMessage to(String appKey) {
        return but(it -> it.app = appKey);
    }

    /**
     * Pushed on one of the app's open Stream connections, chosen at random among those that take robot messages. Unless the way is set, it
     * is the app's callback URL if it has one, else Stream.
     */
    public UserMessage byStream() {
        return but(it -> it.transport = Transport.STREAM);
    }

    /** Pushed on this Stream connection in any state. */
    public UserMessage byStream(String connectionId) {
        return but(it -> {
            it.transport = Transport.STREAM;
            it.connection = connectionId;
        });
    }

    /** Pushed to the app's callback URL. */
    public UserMessage byWebhook() {
        return but(it -> {
            it.transport = Transport.WEBHOOK;
            it.connection = null;
        });
    }

    /** Pushed in the encrypted form (docs/protocol.md 5.2), by webhook; the app needs callbackToken and aesKey. */
    public UserMessage encrypted() {
        return but(it -> it.encrypted = true);
    }

    /** With a msgId of one's choice: the same one twice is a redelivery. null: a new one. */
    public UserMessage msgId(String id) {
        return but(it -> it.msgId = id);
    }

    /** With a session webhook of its own that expires at this moment, by the simulator's clock. */
    public UserMessage sessionExpiresAt(Instant moment) {
        return but(it -> it.sessionExpiry = moment);
    }

    /** Signed at another moment than now. By webhook, plain form only. */
    public UserMessage signedAt(Instant moment) {
        return but(it -> it.signedAt = moment);
    }

    /** By webhook, signed with another secret (the callback token in the encrypted form) than the app's. */
    public UserMessage signedWith(String secret) {
        return but(it -> it.signedWith = secret);
    }

    /**
     * Top-level fields of the payload to add or replace, as a JSON object: any msgtype of docs/protocol.md 3.3, quotes of 3.4, oddities.
     */
    public UserMessage with(String json) {
        Json.required(json, "fields of a message");
        return but(it -> it.with = json);
    }

    /** Removes top-level fields of the payload, before {@link #with} is applied. */
    public UserMessage without(String... fields) {
        return but(it -> it.without = List.of(fields));
    }

    /** In reply to a message that DingTalk tells whole: {@code repliedMsg} of docs/protocol.md 3.4 as JSON. */
    public UserMessage quoting(String repliedMsgJson) {
        ObjectNode fields = with == null ? Json.object() : Json.required(with, "fields of a message");
        fields.putObject("text").put("content", group != null && mentions ? " " + text : text).put("isReplyMsg", true)
                .set("repliedMsg", Json.required(repliedMsgJson, "repliedMsg"));
        return with(Json.write(fields));
    }

    /** In reply to a message of the robot's of which DingTalk tells the key only, as it mostly does (docs/protocol.md 3.4). */
    public UserMessage quotingKey(String processQueryKey) {
        ObjectNode fields = with == null ? Json.object() : Json.required(with, "fields of a message");
        return with(Json.write(fields.put("originalProcessQueryKey", processQueryKey)));
    }

    private UserMessage but(Consumer<UserMessage> change) {
        try {
            UserMessage copy = (UserMessage) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    public String text() {
        return text;
    }

    String user() {
        return user;
    }

    public String groupOrNull() {
        return group;
    }

    public boolean mentions() {
        return mentions;
    }

    public String appOrNull() {
        return app;
    }

    public boolean isEncrypted() {
        return encrypted;
    }

    String msgIdOrNull() {
        return msgId;
    }

    Instant sessionExpiryOrNull() {
        return sessionExpiry;
    }

    public Instant signedAtOrNull() {
        return signedAt;
    }

    public String signedWithOrNull() {
        return signedWith;
    }

    String withOrNull() {
        return with;
    }

    public Transport transportOrNull() {
        boolean needsWebhook = encrypted || signedAt != null || signedWith != null;
        if (needsWebhook && transport == Transport.STREAM) {
            throw new IllegalArgumentException("signatures and encryption belong to webhooks: there are none on Stream connections");
        }
        return needsWebhook ? Transport.WEBHOOK : transport;
    }

    public String connectionOrNull() {
        return connection;
    }

    List<String> leftOut() {
        return without;
    }
}
