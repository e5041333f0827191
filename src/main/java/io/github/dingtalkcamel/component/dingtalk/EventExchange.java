package io.github.dingtalkcamel.component.dingtalk;
import java.util.Map;

import io.github.dingtalkcamel.component.message.Delivery;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** An exchange that carries an event, the same whether the event came by Stream or by webhook. */
public final class EventExchange {

    private EventExchange() {
    }

    /**
     * Sets the body, a map of the event's data, and the headers {@link DingTalkConstants#INTEGRATION},
     * {@link DingTalkConstants#EVENT_TYPE} and {@link DingTalkConstants#EVENT_ID}.
     *
     * @return the body
     */
    public static Map<String, Object> fill(Exchange exchange, Delivery delivery) {
        Message message = exchange.getMessage();
        message.setHeader(DingTalkConstants.INTEGRATION, delivery.integration());
        message.setHeader(DingTalkConstants.EVENT_TYPE, delivery.eventType());
        message.setHeader(DingTalkConstants.EVENT_ID, delivery.eventId());
        Map<String, Object> data = delivery.details();
        message.setBody(data);
        return data;
    }
}
