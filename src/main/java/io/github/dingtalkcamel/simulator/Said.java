package io.github.dingtalkcamel.simulator;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Something a person says to a robot. Immutable; start with {@link #text} and refine:
 *
 * <pre>{@code
 * Said.text("restart").from("staff002").inGroup("cidFAKEgroup0001==").encrypted()
 * Said.text("").without("text").with("{\"msgtype\":\"picture\",\"content\":{\"downloadCode\":\"dc1\"}}")
 * }</pre>
 */
public final class Said {

    private final Map<String, Object> parts;

    private Said(Map<String, Object> parts) {
        this.parts = parts;
    }

    /** By staff001 in the DM with the robot of the app that was added first, pushed plain. */
    public static Said text(String text) {
        return new Said(Map.of("text", Objects.requireNonNull(text, "text")));
    }

    /** Who says it; made up if there is nobody of this id. */
    public Said from(String staffId) {
        return and("user", staffId);
    }

    /** In a group, mentioning the robot; made up if there is no such group. null: in the DM. */
    public Said inGroup(String conversationId) {
        return and("group", conversationId);
    }

    /** In a group: without mentioning the robot. DingTalk would not push that; pushed here to see it dropped. */
    public Said withoutMention() {
        return and("mention", false);
    }

    /** To the robot of another app than the first. */
    public Said to(String appKey) {
        return and("app", appKey);
    }

    /** Pushed in the encrypted form (protocol 5.2); the app needs callbackToken and aesKey. */
    public Said encrypted() {
        return and("encrypted", true);
    }

    /** With a msgId of one's choice: the same one twice is a redelivery. */
    public Said msgId(String msgId) {
        return and("msgId", msgId);
    }

    /** With a session webhook of its own that expires at this moment, by the simulator's clock. */
    public Said sessionExpiresAt(Instant moment) {
        return and("sessionExpiresAt", moment);
    }

    /** Signed at another moment than now. Plain form only. */
    public Said signedAt(Instant moment) {
        return and("signedAt", moment);
    }

    /** Signed with another secret (the callback token in the encrypted form) than the app's. */
    public Said signedWith(String secret) {
        return and("signedWith", secret);
    }

    /** Top-level fields of the payload to add or replace, as a JSON object: any msgtype of protocol 3.3, quotes of 3.4, oddities. */
    public Said with(String json) {
        Json.required(json, "fields of a message");
        return and("with", json);
    }

    /** Top-level fields of the payload to leave out; done before {@link #with}. */
    public Said without(String... fields) {
        return and("without", List.of(fields));
    }

    private Said and(String part, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(parts);
        if (value == null) {
            more.remove(part);
        } else {
            more.put(part, value);
        }
        return new Said(more);
    }

    String text() {
        return (String) parts.get("text");
    }

    String user() {
        return (String) parts.getOrDefault("user", "staff001");
    }

    String groupOrNull() {
        return (String) parts.get("group");
    }

    boolean mentions() {
        return (boolean) parts.getOrDefault("mention", true);
    }

    String appOrNull() {
        return (String) parts.get("app");
    }

    boolean isEncrypted() {
        return (boolean) parts.getOrDefault("encrypted", false);
    }

    String msgIdOrNull() {
        return (String) parts.get("msgId");
    }

    Instant sessionExpiryOrNull() {
        return (Instant) parts.get("sessionExpiresAt");
    }

    Instant signedAtOrNull() {
        return (Instant) parts.get("signedAt");
    }

    String signedWithOrNull() {
        return (String) parts.get("signedWith");
    }

    String withOrNull() {
        return (String) parts.get("with");
    }

    List<String> leftOut() {
        List<String> names = new ArrayList<>();
        if (parts.get("without") instanceof List<?> fields) {
            fields.forEach(field -> names.add((String) field));
        }
        return names;
    }
}
