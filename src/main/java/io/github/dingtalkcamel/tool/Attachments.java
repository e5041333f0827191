package io.github.dingtalkcamel.tool;

import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;

/** Chooses the attachment that {@code direct:download-attachment} fetches. */
public final class Attachments {

    /**
     * The attachment that is wanted: the body where it is one, else the message's first.
     *
     * @throws FileException where the message has none
     */
    public Attachment wanted(@Body Object body, @ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws FileException {
        if (body instanceof Attachment one) {
            return one;
        }
        return message.attachments().stream().findFirst()
                .orElseThrow(() -> new FileException("noAttachment", "The message has no attachment",
                "Look at ${exchangeProperty.CamelDingTalkMessage.attachments} before asking for one"));
    }
}
