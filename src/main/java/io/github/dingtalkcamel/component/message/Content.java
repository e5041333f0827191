package io.github.dingtalkcamel.component.message;
import java.util.List;

import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;

/** What a message of any type says: its text or text form, not yet trimmed, and what can be downloaded. */
record Content(String text, List<Attachment> attachments) {

    static final Content NONE = new Content("", List.of());

    static Content text(String text) {
        return new Content(text == null ? "" : text, List.of());
    }
}
