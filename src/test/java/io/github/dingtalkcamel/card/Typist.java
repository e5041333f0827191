package io.github.dingtalkcamel.card;

import io.github.dingtalkcamel.component.api.ReplyDraft;
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

    private volatile Script script = (draft, asked) -> asked;

    public void script(Script newScript) {
        script = newScript;
    }

    public Object answer(Exchange exchange) throws Exception {
        return script.type(exchange.getProperty(ReplyDraft.PROPERTY, ReplyDraft.class), exchange.getMessage().getBody(String.class));
    }
}
