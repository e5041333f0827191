package io.github.dingtalkcamel.reply;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.ExchangeProperty;

/** What the sender of a message gets when no agent answers it. */
public final class Notices {

    private final BotTexts texts;

    public Notices(BotTexts texts) {
        this.texts = texts;
    }

    /** No binding and no fallback names an agent. */
    public Notice noAgent(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return new Notice(texts.text(message, "no-agent"));
    }

    /** The agent that should answer is not running. */
    public Notice agentNotRunning(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message,
            @ExchangeProperty("CamelDingTalkAgent") String agent) {
        return new Notice(texts.text(message, "agent-not-running", agent));
    }

    /** The agent failed; the reference finds the reason in the log and on the turn's record. */
    public Notice agentFailed(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message,
            @ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return new Notice(texts.text(message, "agent-failed", turn.reference()));
    }

    /** The queue is full: the message was not accepted. */
    public String busy(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return texts.text(message, "busy");
    }
}
