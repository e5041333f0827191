package io.github.dingtalkcamel.reply;

import java.time.Duration;

import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.model.ModelException;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;

/** What the sender of a message gets when no agent answers it. */
public final class Notices {

    private static final long MILLIS_TO_ROUND_UP = 999;

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

    /** The agent failed so often that it is not asked just now. */
    public Notice agentUnavailable(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message,
            @ExchangeProperty("CamelDingTalkAgent") String agent, @ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return new Notice(texts.text(message, "agent-unavailable", agent, turn.reference()));
    }

    /** The agent failed; the reference finds the reason in the log and on the turn's record. */
    public Notice agentFailed(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message,
            @ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return new Notice(texts.text(message, "agent-failed", turn.reference()));
    }

    /** A language model gave no answer; each reason has a text of its own. */
    public Notice modelFailed(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message,
            @ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeException ModelException failure) {
        return new Notice(text(message, failure, turn.reference()));
    }

    private String text(InboundMessage message, ModelException failure, String reference) {
        return switch (failure.kind()) {
            case REJECTED_KEY -> texts.text(message, "model-rejected-key", reference);
            case UNKNOWN_MODEL -> texts.text(message, "model-unknown-model", reference);
            case THROTTLED -> failure.retryAfter() == null
                    ? texts.text(message, "model-throttled", reference)
                    : texts.text(message, "model-throttled-for", reference, seconds(failure.retryAfter()));
            case BROKEN_DOWN -> texts.text(message, "model-broken-down", reference);
            case UNREACHABLE -> texts.text(message, "model-unreachable", reference);
            case TIMED_OUT -> texts.text(message, "model-timed-out", reference);
            case BROKEN_OFF -> texts.text(message, "model-broken-off", reference);
            case TOO_LONG -> texts.text(message, "model-too-long", reference);
            case CUT_OFF -> texts.text(message, "model-cut-off", reference);
            case FILTERED -> texts.text(message, "model-filtered", reference);
            case EMPTY -> texts.text(message, "model-empty", reference);
            case TOO_MANY_CALLS -> texts.text(message, "model-too-many-calls", reference);
            case REFUSED -> texts.text(message, "model-refused", reference);
            // ended by the application: by /stop nothing more is said
            case STOPPED -> texts.text(message, "agent-failed", reference);
        };
    }

    private static long seconds(Duration duration) {
        return duration.plusMillis(MILLIS_TO_ROUND_UP).toSeconds();
    }

    /** The agent's reply with a line below it that says that it ends early. */
    public String withCutOffNote(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message, @Body String reply) {
        return reply + "\n\n" + texts.text(message, "model-answer-cut-off");
    }

    /** The queue is full: the message was not accepted. */
    public String busy(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return texts.text(message, "busy");
    }
}
