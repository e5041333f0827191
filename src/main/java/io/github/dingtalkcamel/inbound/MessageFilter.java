package io.github.dingtalkcamel.inbound;
import io.github.dingtalkcamel.component.message.InboundMessage;

/**
 * Decides which messages go no further (docs/promises.md 5, "Who gets through"). Policies and allow lists are not its business: a person
 * barred by them gets an answer, what is dropped here gets none.
 */
public final class MessageFilter {

    /** Why a message is dropped. */
    public enum DropReason {
        OWN_MESSAGE("the robot wrote it itself"),
        QUOTA_EXCEEDED("DingTalk withheld the content, since the month's quota of messages is used up (code 20001)"),
        NOT_MENTIONED("the robot was not mentioned in the group, or not for certain"),
        EMPTY("it has neither text nor attachment");

        private final String sentence;

        DropReason(String sentence) {
            this.sentence = sentence;
        }

        /** For the debug log, in English. */
        public String sentence() {
            return sentence;
        }
    }

    /** Why the message is to be dropped, or null where it is admitted. Of several reasons the first in the order of the enum. */
    public DropReason dropReason(InboundMessage message) {
        if (message.fromRobotItself()) {
            return DropReason.OWN_MESSAGE;
        }
        // before the mention: DingTalk may withhold that too, and the quota is what someone has to act on
        if (message.quota() != null && message.empty()) {
            return DropReason.QUOTA_EXCEEDED;
        }
        if (message.conversationType() == InboundMessage.ConversationType.GROUP && !message.mentioned()) {
            return DropReason.NOT_MENTIONED;
        }
        return message.empty() ? DropReason.EMPTY : null;
    }
}
