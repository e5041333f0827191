package io.github.dingtalkcamel.observe;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.dingtalkcamel.component.message.InboundMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Integrations whose messages DingTalk delivers without their content, since the month's quota of messages is used up (code 20001): people
 * write and get no answer, while everything else looks well. The latest message of an integration decides, so one with its content ends
 * the state.
 * <p>
 * Not promised: to know it after a restart before the next message came, or of messages that another node received.
 */
final class WithheldMessages {

    private static final Logger LOG = LoggerFactory.getLogger(WithheldMessages.class);

    private final Set<String> integrations = ConcurrentHashMap.newKeySet();

    /** Looks at a message that came in. One log line for each change. */
    void look(InboundMessage message) {
        if (isWithheld(message)) {
            if (integrations.add(message.integration())) {
                LOG.warn(remedy(message.integration()));
            }
        } else if (message.quota() == null && integrations.remove(message.integration())) {
            LOG.info("DingTalk delivers the messages of integration {} with their content again", message.integration());
        }
    }

    /** Whether DingTalk left out the content of this message. */
    static boolean isWithheld(InboundMessage message) {
        return message.quota() != null && message.empty();
    }

    /** What to do about it, or null while messages have their content. */
    String trouble(String integration) {
        return integrations.contains(integration) ? remedy(integration) : null;
    }

    private static String remedy(String integration) {
        return "DingTalk delivers the messages of integration " + integration + " without their content, since the month's quota of"
                + " messages is used up (code 20001): buy more in DingTalk's console, or wait for the next month";
    }
}
