package io.github.dingtalkcamel.component.stream;

/** Something that is no frame as docs/protocol.md 2.3 has it. The message never quotes what was sent. */
final class BadFrameException extends Exception {

    private final String messageId;

    BadFrameException(String messageId, String message) {
        super(message, null, false, false);
        this.messageId = messageId;
    }

    /** The id to answer with, or null where there is none. */
    String messageId() {
        return messageId;
    }
}
