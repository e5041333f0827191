package io.github.dingtalkcamel.settings;

import java.util.Optional;

/**
 * How replies are shown while they form.
 *
 * @param mode           off, or in a card
 * @param cardTemplateId present where the mode is {@link Mode#CARD}
 * @param cardContentKey the template's variable that holds the reply
 * @param showActivity   whether words of what the agent does are shown while they last
 */
public record Streaming(Mode mode, Optional<String> cardTemplateId, String cardContentKey, boolean showActivity) {

    /** Where a reply is shown while it forms. */
    public enum Mode {
        /** Nowhere: a reply is sent when it is whole. */
        OFF,
        /** In an AI card of DingTalk's. */
        CARD
    }

    /** Whether replies are shown in cards. */
    public boolean usesCards() {
        return mode == Mode.CARD;
    }
}
