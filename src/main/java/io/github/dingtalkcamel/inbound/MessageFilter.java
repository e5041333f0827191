package io.github.dingtalkcamel.inbound;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.ExchangeProperty;

/**
 * Decides which messages are dropped without an answer: the robot's own, empty ones, and in groups those that do not @ the robot. Policies
 * and allow lists are checked later, by {@link io.github.dingtalkcamel.conversation.AccessPolicy}: a person whom they deny gets an answer.
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

    /** True for a message that the robot answers: one for it, with something to answer, and not its own. */
    public boolean isForRobot(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return dropReason(message) == null;
    }

    /** The opposite of {@link #isForRobot}. */
    public boolean isDropped(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return dropReason(message) != null;
    }

    /** Why the message is dropped, or null where it is admitted. Of several reasons the first in the order of the enum. */
    public DropReason dropReason(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        if (message.fromRobotItself()) {
            return DropReason.OWN_MESSAGE;
        }
        // before the mention: DingTalk may withhold that too, and the quota is what an admin has to act on
        if (message.quota() != null && message.empty()) {
            return DropReason.QUOTA_EXCEEDED;
        }
        if (message.conversationType() == InboundMessage.ConversationType.GROUP && !message.mentioned()) {
            return DropReason.NOT_MENTIONED;
        }
        return message.empty() ? DropReason.EMPTY : null;
    }
}
