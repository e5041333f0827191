package io.github.dingtalkcamel.reply;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.ExchangeProperty;

/** What the sender of a message is told when no agent answers it. */
public final class Notices {

    private final BotTexts texts;

    public Notices(BotTexts texts) {
        this.texts = texts;
    }

    /** No binding and no fallback names an agent. */
    public String nobodyAnswers(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return texts.text(message, "nobody-answers");
    }

    /** The agent that should answer does not run. */
    public String agentNotRunning(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message, @ExchangeProperty("CamelDingTalkAgent") String agent) {
        return texts.text(message, "agent-not-running", agent);
    }

    /** The agent failed; the reference finds the reason in the log and on the turn's record. */
    public String agentFailed(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message, @ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return texts.text(message, "agent-failed", turn.reference());
    }

    /** Too much waits to be answered: the message was not taken. */
    public String busy(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return texts.text(message, "busy");
    }
}
