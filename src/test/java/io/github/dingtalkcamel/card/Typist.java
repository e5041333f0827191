package io.github.dingtalkcamel.card;

import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.Exchange;

/** An agent that types its reply as a test says. */
public final class Typist {

    /** Gets the draft, null where replies are not shown while they form, and returns the reply. */
    @FunctionalInterface
    public interface Script {
        Object type(ReplyDraft draft, String asked) throws Exception;
    }

    public static final String ROUTE = """
            - route:
                id: typist
                from:
                  uri: agent:typist
                  parameters:
                    trigger: main
                  steps:
                    - setBody:
                        method: { ref: typist, method: answer }
            """;

    private volatile String quote;
    private volatile Script script = (draft, asked) -> asked;

    public void script(Script newScript) {
        script = newScript;
    }

    /** The text that the message quotes which is being answered; null for none. */
    public String quoteOf() {
        return quote;
    }

    public Object answer(Exchange exchange) throws Exception {
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        quote = message.quote() == null ? null : message.quote().text();
        return script.type(exchange.getProperty(ReplyDraft.PROPERTY, ReplyDraft.class), exchange.getMessage().getBody(String.class));
    }
}
