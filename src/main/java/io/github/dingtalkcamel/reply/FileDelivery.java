package io.github.dingtalkcamel.reply;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a reply's files are sent, and the text for the conversation where one can't be sent. */
public final class FileDelivery {

    private static final Logger LOG = LoggerFactory.getLogger(FileDelivery.class);
    /** Exchange property: true from when the message that shows the file may have been sent. */
    private static final String BEGUN = "CamelDingTalkFileBegun";

    private final BotTexts texts;

    public FileDelivery(BotTexts texts) {
        this.texts = texts;
    }

    /** Sets the recipient: the group, or the person who wrote. */
    public void address(Exchange exchange, @ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws RejectedException {
        boolean group = message.conversationType() == ConversationType.GROUP;
        String id = group ? message.conversationId() : message.sender().staffId();
        if (id == null) {
            throw new RejectedException("noStaffId", "The sender has no staff id, and the session webhook takes no files",
                    "Send people outside the organisation a link; publish the app if this is a colleague", null);
        }
        exchange.getMessage().setHeader(DingTalkConstants.RECIPIENT_TYPE, group ? "chat_id" : "user_id");
        exchange.getMessage().setHeader(DingTalkConstants.RECIPIENT_ID, id);
        exchange.setProperty(BEGUN, true);
    }

    /** Whether the file failed; not where the process stops, or where the store can't note what was sent. */
    public boolean isFault(Exchange exchange) {
        return Failure.of(exchange, StoppingException.class) == null && Failure.of(exchange, StoreException.class) == null;
    }

    /** The line that tells of it, as {@code dingtalk:reply} takes it; the log has the reason in full. */
    public String lineAbout(Exchange exchange, @ExchangeProperty(PendingFile.PROPERTY) PendingFile pending,
            @ExchangeProperty(Turn.PROPERTY) Turn turn, @ExchangeProperty(Reply.PROPERTY) Reply reply) {
        Exception failure = Failure.of(exchange, Exception.class);
        LOG.warn("Turn {}: file {} of the reply is not sent: {}", turn.reference(), 1 + pending.number() - reply.chunks().size(),
                KnownSecrets.clean(failure.toString()));
        String code = failure instanceof DingTalkException known ? known.code() : failure.getClass().getSimpleName();
        boolean unknown = Boolean.TRUE.equals(exchange.getProperty(BEGUN)) && failure instanceof DingTalkException known
                && known.outcome() == DingTalkException.Outcome.UNKNOWN;
        String name = pending.file().shownName();
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        ChunkMessage.identify(message, turn.message(), Reply.FILE, pending.number());
        message.setHeader(DingTalkConstants.MENTION_SENDER, false);
        return texts.text(turn.message(), unknown ? "file-unknown" : "file-failed",
                name.isEmpty() ? String.valueOf(1 + pending.number() - reply.chunks().size()) : name, code);
    }
}
