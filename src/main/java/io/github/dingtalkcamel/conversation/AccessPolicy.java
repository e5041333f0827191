package io.github.dingtalkcamel.conversation;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.ExchangeProperty;

/** Who may talk to the bot, and who may do what admins do (docs/promises.md 3 and 5). */
public final class AccessPolicy {

    private final Settings settings;

    public AccessPolicy(Settings settings) {
        this.settings = settings;
    }

    /** Why a sender is denied. */
    public enum Denial {
        /** The person is not among {@code dingtalk.allowed-users}. */
        USER,
        /** The group is not among {@code dingtalk.allowed-groups}. */
        GROUP,
        /** Direct messages are closed to everyone. */
        ALL_DIRECT_MESSAGES,
        /** No group is answered. */
        ALL_GROUPS
    }

    /** Why the message's sender may not use the bot in this conversation, or null where the sender may. */
    public Denial denialReason(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        Integration integration = settings.integration(message.integration()).orElseThrow();
        Denial place = message.conversationType() == ConversationType.DM ? directMessages(integration) : group(integration, message);
        return place != null || integration.allowsUser(message.sender().userId()) ? place : Denial.USER;
    }

    private static Denial directMessages(Integration integration) {
        return switch (integration.dmPolicy()) {
            case OPEN -> null;
            case DISABLED -> Denial.ALL_DIRECT_MESSAGES;
            // an empty list admits no one
            case ALLOWLIST -> integration.allowedUsers().isEmpty() ? Denial.USER : null;
        };
    }

    private static Denial group(Integration integration, InboundMessage message) {
        return switch (integration.groupPolicy()) {
            case OPEN -> null;
            case DISABLED -> Denial.ALL_GROUPS;
            case ALLOWLIST -> integration.allowsGroup(message.conversationId()) ? null : Denial.GROUP;
        };
    }

    /** Whether the sender may bind the conversation: in a DM every sender, in a group its admins in DingTalk and those of the setting. */
    public boolean mayBind(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return message.conversationType() == ConversationType.DM || message.sender().admin()
                || settings.integration(message.integration()).orElseThrow().listsAdmin(message.sender().userId());
    }
}
