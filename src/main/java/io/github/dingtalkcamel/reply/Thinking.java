package io.github.dingtalkcamel.reply;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reaction that shows that an agent is being asked (docs/protocol.md 6.8): an API that DingTalk does not document and may remove.
 * Once it has failed for an integration it is not used there until the next start. A process that is killed leaves what it has shown.
 */
public final class Thinking {

    private static final Logger LOG = LoggerFactory.getLogger(Thinking.class);

    private static final String NAME = "\uD83E\uDD14\u601D\u8003\u4E2D";
    private static final Map<String, String> LOOK = Map.of("emotionId", "2659900", "emotionName", NAME, "text", NAME, "backgroundId",
            "im_bg_1");

    private final Settings settings;
    private final Set<String> off = ConcurrentHashMap.newKeySet();

    public Thinking(Settings settings) {
        this.settings = settings;
    }

    /** One message's reaction. The later one of the two removes it: that it is shown, or that the turn has ended. */
    public static final class Thought {

        /** Exchange property that holds it. */
        public static final String PROPERTY = "CamelDingTalkThought";

        private boolean shown;
        private boolean ended;

        private synchronized boolean isShown() {
            return shown;
        }

        private synchronized boolean shown() {
            shown = true;
            return ended;
        }

        private synchronized boolean ended() {
            ended = true;
            return shown;
        }
    }

    /** Whether a reaction is shown under this message. */
    public boolean isOn(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return !off.contains(message.integration())
               && settings.integration(message.integration()).filter(integration -> integration.hasApp() && integration.thinkingReaction())
                       .isPresent();
    }

    /** The state of a reaction that is not shown yet. */
    public Thought begin() {
        return new Thought();
    }

    /** What shows the reaction, and what removes it: the same. */
    public Map<String, Object> reaction(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return Map.of("robotCode", settings.integration(message.integration()).orElseThrow().robotCode()
                .orElseThrow(), "openMsgId", message.msgId(),
                "openConversationId", message.conversationId(), "emotionType", 2, "emotionName", NAME, "textEmotion", LOOK);
    }

    /** False once it is shown: then it is to be removed. */
    public boolean isToBeShown(@ExchangeProperty(Thought.PROPERTY) Thought thought) {
        return !thought.isShown();
    }

    /** Notes that it is shown, and returns whether the turn has ended already, so that it must be removed. */
    public boolean markShown(@ExchangeProperty(Thought.PROPERTY) Thought thought) {
        return thought.shown();
    }

    /** Notes that the turn has ended, and returns whether the reaction is shown, so that it must be removed. */
    public boolean markEnded(@ExchangeProperty(Thought.PROPERTY) Thought thought) {
        return thought.ended();
    }

    /** The API failed: this integration shows no more reactions. */
    public void switchOff(Exchange exchange, @ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        if (off.add(message.integration())) {
            LOG.warn("Integration {} shows no reactions while its agents think until the next start: {}", message.integration(),
                    KnownSecrets.clean(Failure.of(exchange, Exception.class).getMessage()));
        }
    }
}
