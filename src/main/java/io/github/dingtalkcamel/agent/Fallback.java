package io.github.dingtalkcamel.agent;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.ExchangeProperty;

/** The agent that answers where no binding says otherwise (docs/settings.md, {@code dingtalk.fallback-agent}). */
public final class Fallback {

    private final Settings settings;

    public Fallback(Settings settings) {
        this.settings = settings;
    }

    /** Whether the message's integration has a fallback agent. */
    public boolean isSet(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return agentOf(message) != null;
    }

    /** The fallback agent of the message's integration, or null where it has none. */
    public String agentOf(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return settings.integration(message.integration()).flatMap(integration -> integration.fallbackAgent()).orElse(null);
    }
}
