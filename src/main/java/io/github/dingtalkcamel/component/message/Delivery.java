package io.github.dingtalkcamel.component.message;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.Sha256;

/**
 * One thing that DingTalk delivers, by webhook or Stream: a robot message, an event, or a click on a card.
 *
 * @param integration the receiving integration
 * @param encrypted   whether it came encrypted, and so must be answered
 * @param signature   its proof, as it came
 * @param timestamp   likewise
 * @param nonce       likewise; only where it is encrypted
 * @param content     what it says; the envelope itself until it is proved
 * @param push        what Stream tells beside the content, which needs no further proof; null where it came by webhook
 */
public record Delivery(String integration, boolean encrypted, String signature, String timestamp, String nonce, Body content, Push push) {

    /** Exchange property that holds the delivery. */
    public static final String PROPERTY = "CamelDingTalkDelivery";

    private static final Set<String> CHECKS = Set.of("check_url", "check_create_suite_url", "check_update_suite_url");
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {
    };

    /** What a Stream push is. */
    public enum Kind {
        MESSAGE, EVENT, CARD
    }

    /**
     * The headers of a Stream push (docs/protocol.md 2.3).
     *
     * @param eventType DingTalk's name for the kind of event; of events only, else empty
     * @param eventId   the same for each delivery of one event; of events only, else empty
     */
    public record Push(Kind kind, String eventType, String eventId) {
    }

    /** What came by webhook, its proof not looked at yet. */
    public static Delivery byWebhook(String integration, boolean encrypted, String signature, String timestamp, String nonce,
            Body content) {
        return new Delivery(integration, encrypted, signature, timestamp, nonce, content, null);
    }

    // not named "event": Camel's simple language would take it and isEvent for the same

    /** A robot message that came by Stream. */
    public static Delivery streamedMessage(String integration, Body content) {
        return streamed(integration, content, new Push(Kind.MESSAGE, "", ""));
    }

    /** An event that came by Stream. */
    public static Delivery streamedEvent(String integration, String eventType, String eventId, Body content) {
        return streamed(integration, content, new Push(Kind.EVENT, eventType, eventId));
    }

    /** A click on a card that came by Stream (docs/protocol.md 6.5.6). */
    public static Delivery streamedCard(String integration, Body content) {
        return streamed(integration, content, new Push(Kind.CARD, "", ""));
    }

    private static Delivery streamed(String integration, Body content, Push push) {
        return new Delivery(integration, false, null, null, null, content, push);
    }

    public Delivery with(Body opened) {
        return new Delivery(integration, encrypted, signature, timestamp, nonce, opened, push);
    }

    /** The console asks whether the URL works (docs/protocol.md 5.5): only the answer counts. */
    public boolean isCheck() {
        return push == null && isEvent() && CHECKS.contains(eventType());
    }

    /** An event, other than a robot message. */
    public boolean isEvent() {
        return push == null ? content.form() == Body.Form.EVENT : push.kind() == Kind.EVENT;
    }

    /** How it came: {@code webhook} or {@code stream}. */
    public String cameBy() {
        return push == null ? "webhook" : "stream";
    }

    /** What proves it: {@code hmac}, {@code callback} for an encrypted one, or {@code stream} for a connection that we opened. */
    public String proof() {
        if (push != null) {
            return "stream";
        }
        return encrypted ? "callback" : "hmac";
    }

    /** DingTalk's name for the kind of event, such as {@code user_add_org}. */
    public String eventType() {
        return push == null ? content.json().path("EventType").asText("") : push.eventType();
    }

    /** The same for each delivery of one event: its {@code eventId}, or a digest of it where it has none. */
    public String eventId() {
        String id = push == null ? content.json().path("eventId").asText(content.json().path("EventId").asText("")) : push.eventId();
        return !id.isEmpty() && id.length() <= Fields.MAX_ID_LENGTH ? StorableText.of(id) : digest(content.json());
    }

    /** What the event says, or the click. */
    public Map<String, Object> details() {
        return Json.MAPPER.convertValue(content.json(), MAP);
    }

    private static String digest(ObjectNode json) {
        return Sha256.hex(json.toString());
    }

    /** Neither what it says nor its proof. */
    @Override
    public String toString() {
        return "Delivery[" + integration + ", " + (push == null ? content.form() : "Stream " + push.kind())
                + (encrypted ? ", encrypted" : "") + "]";
    }
}
