package io.github.dingtalkcamel.component.message;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryTest {

    private static Body body(String json) {
        try {
            return Body.read(json.replace('\'', '"'));
        } catch (BadMessageException e) {
            throw new AssertionError(e);
        }
    }

    private static Delivery webhook(boolean encrypted, String json) {
        return Delivery.byWebhook("main", encrypted, "sign", "1", "nonce", body(json));
    }

    private static Delivery event(String id, String json) {
        return Delivery.streamedEvent("main", "user_add_org", id, body(json));
    }

    @Test
    void tellsHowItCameAndWhatProvesIt() {
        assertThat(webhook(false, "{'msgId':'m'}").cameBy()).isEqualTo("webhook");
        assertThat(webhook(false, "{'msgId':'m'}").proof()).isEqualTo("hmac");
        assertThat(webhook(true, "{'msgId':'m'}").proof()).isEqualTo("callback");
        assertThat(Delivery.streamedMessage("main", body("{'msgId':'m'}")).cameBy()).isEqualTo("stream");
        assertThat(Delivery.streamedMessage("main", body("{'msgId':'m'}")).proof()).isEqualTo("stream");
    }

    @Test
    void tellsEventsFromMessagesAndClicks() {
        assertThat(webhook(true, "{'EventType':'user_add_org'}").isEvent()).isTrue();
        assertThat(webhook(true, "{'EventType':'user_add_org'}").eventType()).isEqualTo("user_add_org");
        assertThat(webhook(true, "{'msgId':'m','EventType':'x'}").isEvent()).isFalse();
        assertThat(event("e", "{}").isEvent()).isTrue();
        assertThat(event("e", "{'EventType':'another'}").eventType()).as("the push's header").isEqualTo("user_add_org");
        assertThat(Delivery.streamedMessage("main", body("{'EventType':'x'}")).isEvent()).isFalse();
        assertThat(Delivery.streamedCard("main", body("{'EventType':'x'}")).isEvent()).isFalse();
        assertThat(webhook(true, "{'msgId':'m'}").eventType()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"check_url", "check_create_suite_url", "check_update_suite_url"})
    void aCheckOfTheUrlComesByWebhookOnly(String type) {
        assertThat(webhook(true, "{'EventType':'" + type + "'}").isCheck()).isTrue();
        assertThat(webhook(true, "{'EventType':'" + type + "','msgId':'m'}").isCheck()).as("a message").isFalse();
        assertThat(webhook(true, "{'EventType':'user_add_org'}").isCheck()).isFalse();
        assertThat(Delivery.streamedEvent("main", type, "e", body("{'EventType':'" + type + "'}")).isCheck()).isFalse();
    }

    @Test
    void hasTheSameIdForEachDeliveryOfOneEvent() {
        assertThat(event("e1", "{'a':1}").eventId()).isEqualTo("e1");
        assertThat(webhook(true, "{'EventType':'x','eventId':'e1','EventId':'e2'}").eventId()).isEqualTo("e1");
        assertThat(webhook(true, "{'EventType':'x','EventId':'e2'}").eventId()).isEqualTo("e2");
        assertThat(event("e\u0000", "{}").eventId()).as("storable").isEqualTo("e\uFFFD");

        String longest = "x".repeat(512);
        assertThat(event(longest, "{'a':1}").eventId()).isEqualTo(longest);
        String digest = event("", "{'a':1}").eventId();
        assertThat(digest).matches("[0-9a-f]{64}").isEqualTo(event(longest + "x", "{'a':1}").eventId())
                .isEqualTo(webhook(true, "{'a':1}").eventId()).isNotEqualTo(event("", "{'a':2}").eventId());
    }

    @Test
    void keepsItsProofWhenItIsOpened() {
        Delivery sealed = webhook(true, "{'encrypt':'x'}");
        Delivery opened = sealed.with(body("{'EventType':'x','n':1}"));

        assertThat(opened).isEqualTo(webhook(true, "{'EventType':'x','n':1}"));
        assertThat(opened.details()).isEqualTo(Map.of("EventType", "x", "n", 1));
    }

    @Test
    void showsNothingOfItsContentAndProof() {
        assertThat(webhook(true, "{'EventType':'secret'}")).hasToString("Delivery[main, EVENT, encrypted]");
        assertThat(webhook(false, "{'msgId':'secret'}")).hasToString("Delivery[main, ROBOT_MESSAGE]");
        assertThat(Delivery.streamedCard("sales", body("{'x':'secret'}"))).hasToString("Delivery[sales, Stream CARD]");
        assertThat(body("{'msgId':'secret'}")).hasToString("Body[ROBOT_MESSAGE]");
    }
}
