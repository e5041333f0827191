package io.github.dingtalkcamel.turn;
import java.util.HashMap;
import java.util.Map;

import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.EarlierMessages;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.MessageParser;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.ExchangeProperty;

/** Makes messages of what was delivered, with text forms in the language of their integration. */
public final class Messages {

    private final Map<String, MessageParser> parsers = new HashMap<>();

    public Messages(Settings settings) {
        this(settings, EarlierMessages.NONE);
    }

    /** @param earlier where a quote that comes without its text is looked up */
    public Messages(Settings settings, EarlierMessages earlier) {
        for (Integration integration : settings.integrations()) {
            parsers.put(integration.id(), new MessageParser(integration.language(), earlier));
        }
    }

    /**
     * The message of a delivery by webhook. Those by Stream are parsed by the component.
     *
     * @throws BadMessageException when a field is missing or of the wrong type
     */
    public InboundMessage parse(@ExchangeProperty(Delivery.PROPERTY) Delivery delivery) throws BadMessageException {
        return parsers.get(delivery.integration()).parse(delivery.integration(), delivery.content().json());
    }

    /**
     * A message as it was stored.
     *
     * @return null when its integration is no longer set
     */
    public InboundMessage restore(String integration, String payload) throws BadMessageException {
        MessageParser parser = parsers.get(integration);
        return parser == null ? null : parser.parse(integration, payload);
    }
}
