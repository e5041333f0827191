package io.github.dingtalkcamel.component.dingtalk;

/** What is done with a card. */
public enum CardAction {
    /** Makes a card and delivers it. */
    create,
    /** Changes variables of a card, and leaves the others. */
    update,
    /** Shows the text of a card's variable as it grows. */
    stream
}
