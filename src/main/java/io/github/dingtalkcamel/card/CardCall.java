package io.github.dingtalkcamel.card;

import io.github.dingtalkcamel.component.dingtalk.CardAction;

/**
 * One call of DingTalk's for a card, as the route of the calls makes it.
 *
 * @param card whose call it is
 * @param kind what it does
 * @param text what the card shows after it; null where that is not changed
 */
public record CardCall(StreamingCard card, Kind kind, String text) {

    /** Exchange property that holds it. */
    public static final String PROPERTY = "CamelDingTalkCardCall";

    /** What a call does. */
    enum Kind {
        /** Makes the card and delivers it. */
        CREATE(CardAction.create),
        /** Shows the reply as far as it has formed. */
        SHOW(CardAction.stream),
        /** Ends the card. */
        END(CardAction.stream),
        /** Shows the end in a card that can't be streamed. */
        REPLACE(CardAction.update),
        /** Sets the status of a card that has ended. */
        STATUS(CardAction.update);

        private final CardAction action;

        Kind(CardAction action) {
            this.action = action;
        }
    }

    /** Option {@code operation} of {@code dingtalk:card}. */
    public String operation() {
        return kind.action.name();
    }

    /** Option {@code integration} of {@code dingtalk:card}. */
    public String integration() {
        return card.integration();
    }

    /** Without what it says. */
    @Override
    public String toString() {
        return "CardCall[" + kind + ", " + card + "]";
    }
}
