package io.github.dingtalkcamel.component.message;
import java.util.Collection;
import java.util.Optional;

/** Where the text of a quoted message is looked up when DingTalk gives only its key or its id. A lookup that fails gives no result. */
public interface EarlierMessages {

    /** Knows no message. */
    EarlierMessages NONE = new EarlierMessages() {
        @Override
        public Optional<String> sent(String integration, Collection<String> keys) {
            return Optional.empty();
        }

        @Override
        public Optional<String> received(String integration, String conversationId, String msgId) {
            return Optional.empty();
        }
    };

    /**
     * The text of a message or a card that this integration sent.
     *
     * @param keys ids that DingTalk has for it, {@code processQueryKey}, {@code outTrackId} or message id; the first that is known counts
     */
    Optional<String> sent(String integration, Collection<String> keys);

    /** The JSON of a message that this integration received in the conversation. */
    Optional<String> received(String integration, String conversationId, String msgId);
}
