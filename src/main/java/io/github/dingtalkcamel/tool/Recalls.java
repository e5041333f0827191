package io.github.dingtalkcamel.tool;
import java.time.Duration;
import java.time.InstantSource;

import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** Recalls messages, and changes cards (docs/protocol.md 6.4, 6.5.4). */
public final class Recalls {

    private static final Duration WINDOW = Duration.ofHours(24);

    private final SentMessages sentMessages;
    private final InstantSource clock;

    public Recalls(SentMessages sentMessages, InstantSource clock) {
        this.sentMessages = sentMessages;
        this.clock = clock;
    }

    /** Begins the recall, or says why there can be none. */
    public void begin(@ExchangeProperty(SentMessage.PROPERTY) SentMessage message, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run)
            throws RejectedException {
        if (message.recalled()) {
            throw new RejectedException("alreadyRecalled", "The message was recalled before", "Nothing to do", null);
        }
        if (!clock.instant().isBefore(message.sentAt().plus(WINDOW))) {
            throw new RejectedException("tooOld", "The message was sent more than 24 h ago: DingTalk recalls nothing that is older",
                    "Send another message that corrects it", null);
        }
        if (message.keys().isEmpty()) {
            throw new RejectedException("noKey", "DingTalk gave no key for the message, so it can't be recalled",
                    "Send another message that corrects it", null);
        }
        if (!run.begin(message.recipients())) {
            throw new RejectedException(Problem.TIMEOUT.code(), Problem.TIMEOUT.message(), Problem.TIMEOUT.hint(), null);
        }
    }

    /** All recipients see it no more. */
    public void done(@ExchangeProperty(SentMessage.PROPERTY) SentMessage message, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run)
            throws StoreException {
        sentMessages.recalled(message);
        if (run.call().tool() == Tool.UPDATE) {
            // the new message's results report on them
            run.again(message.recipients());
        } else {
            run.sent(message.recipients(), message.messageId());
        }
    }

    /** The card shows its new variables. */
    public void changed(@ExchangeProperty(SentMessage.PROPERTY) SentMessage message, @ExchangeProperty(Card.PROPERTY) Card card,
            @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        sentMessages.changed(message, card.params());
        run.sent(message.recipients(), message.messageId());
    }

    /** It is as it was, or the outcome is unknown. */
    public void failed(Exchange exchange, @ExchangeProperty(SentMessage.PROPERTY) SentMessage message,
            @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        run.failed(message.recipients(), Problem.of(Failure.of(exchange, Exception.class)), message.messageId());
    }
}
