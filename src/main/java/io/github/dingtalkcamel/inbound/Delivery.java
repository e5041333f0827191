package io.github.dingtalkcamel.inbound;

import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One thing that DingTalk delivers, by webhook or Stream: a robot message or an event.
 *
 * @param integration whom it is for
 * @param encrypted   whether it came encrypted, and so must be answered
 * @param signature   its proof, as it came
 * @param timestamp   likewise
 * @param nonce       likewise; only where it is encrypted
 * @param content     what it says; the envelope itself until it is proved
 */
public record Delivery(String integration, boolean encrypted, String signature, String timestamp, String nonce, Body content) {

    /** Exchange property that holds the delivery. */
    public static final String PROPERTY = "CamelDingTalkDelivery";

    private static final Set<String> CHECKS = Set.of("check_url", "check_create_suite_url", "check_update_suite_url");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {
    };

    Delivery with(Body opened) {
        return new Delivery(integration, encrypted, signature, timestamp, nonce, opened);
    }

    /** The console asks whether the URL works (protocol 5.5): only the answer counts. */
    public boolean isCheck() {
        return isEvent() && CHECKS.contains(eventType());
    }

    /** An event, other than a robot message. */
    public boolean isEvent() {
        return content.form() == Body.Form.EVENT;
    }

    /** DingTalk's name for the kind of event, such as {@code user_add_org}. */
    public String eventType() {
        return content.json().path("EventType").asText("");
    }

    /** The same for each delivery of one event: its {@code eventId}, or a digest of it where it has none. */
    public String eventId() {
        String id = content.json().path("eventId").asText(content.json().path("EventId").asText(""));
        return !id.isEmpty() && id.length() <= Fields.MAX_ID_LENGTH ? StorableText.of(id) : digest(content.json());
    }

    /** What the event says. */
    public Map<String, Object> details() {
        return JSON.convertValue(content.json(), MAP);
    }

    private static String digest(ObjectNode json) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Neither what it says nor its proof. */
    @Override
    public String toString() {
        return "Delivery[" + integration + ", " + content.form() + (encrypted ? ", encrypted" : "") + "]";
    }
}
