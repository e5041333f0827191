package io.github.dingtalkcamel.component.dingtalk;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.Exchange;

/**
 * What an endpoint that names no app does in an application that has integrations: it acts for the integration that received the message of
 * the exchange.
 */
final class OfMessagesApp implements Operation {

    private final DingTalkEndpoint endpoint;
    /** By integration. */
    private final Map<String, Operation> operations = new ConcurrentHashMap<>();

    OfMessagesApp(DingTalkEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public CompletableFuture<?> perform(Exchange exchange) throws Exception {
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        if (message == null) {
            throw new IllegalArgumentException("dingtalk:" + endpoint.getKind() + " acts for the integration that received the message of"
                    + " exchange property " + InboundMessage.PROPERTY + ", and there is none: set option integration");
        }
        Operation known = operations.get(message.integration());
        return (known != null ? known : operations.computeIfAbsent(message.integration(),
                name -> Operations.of(endpoint, endpoint.app(name)))).perform(exchange);
    }
}
