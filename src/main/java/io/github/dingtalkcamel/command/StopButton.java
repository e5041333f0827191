package io.github.dingtalkcamel.command;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.card.StreamingCards;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;

/**
 * The stop button of a card that shows a reply while it forms: does what {@code /stop} does in the reply's conversation. A button of a card
 * that is at its end does nothing.
 */
public final class StopButton {

    private static final String STOP = "stop";

    private final StreamingCards cards;
    private final Stop stop;
    private final Settings settings;

    StopButton(StreamingCards cards, Stop stop, Settings settings) {
        this.cards = cards;
        this.stop = stop;
        this.settings = settings;
    }

    /** Whether a click is one on a stop button: an action id, or the parameter {@code action}, is {@code stop}; on a card of a reply. */
    public boolean isPressed(@Body Map<String, Object> click, @ExchangeProperty(Delivery.PROPERTY) Delivery delivery)
            throws StoreException {
        boolean isStop = STOP.equals(click.get("action")) || click.get("params") instanceof Map<?, ?> params
                && STOP.equals(params.get("action"))
                         || hasAction(delivery.details().get("content"));
        return isStop && answeredIn(click) != null;
    }

    /** The map of a click has its first action id only. */
    private static boolean hasAction(Object content) {
        try {
            JsonNode pressed = content instanceof String text ? Json.MAPPER.readTree(text) : Json.MAPPER.valueToTree(content);
            for (JsonNode id : pressed.at("/cardPrivateData/actionIds")) {
                if (id.asText().equals(STOP)) {
                    return true;
                }
            }
            return false;
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return false;
        }
    }

    private InboundMessage answeredIn(Map<String, Object> click) throws StoreException {
        return cards.answeredIn(String.valueOf(click.get("outTrackId")));
    }

    /** Whether the user who clicked asked for the reply, or is on the list of admins. */
    public boolean mayStop(@Body Map<String, Object> click) throws StoreException {
        InboundMessage asked = answeredIn(click);
        return asked != null && (isAsker(click, asked) || isAdmin(click, asked));
    }

    private boolean isAdmin(Map<String, Object> click, InboundMessage asked) {
        return settings.integration(asked.integration()).orElseThrow().listsAdmin(String.valueOf(click.get("userId")));
    }

    private static boolean isAsker(Map<String, Object> click, InboundMessage asked) {
        return asked.sender().staffId() != null && asked.sender().staffId().equalsIgnoreCase(String.valueOf(click.get("userId")));
    }

    /** Cancels the running turn, and drops what waits in the conversation; where each sender has a session, of the user who asked only. */
    public StopOutcome cancelTurns(@Body Map<String, Object> click) throws StoreException {
        InboundMessage asked = answeredIn(click);
        if (asked == null) {
            return new StopOutcome(false, 0, List.of());
        }
        return stop.cancel(asked, Long.MAX_VALUE,
                isAsker(click, asked) && asked.sender().nick() != null ? asked.sender().nick() : String.valueOf(click.get("userId")));
    }
}
