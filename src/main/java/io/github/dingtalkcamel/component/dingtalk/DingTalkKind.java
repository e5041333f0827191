package io.github.dingtalkcamel.component.dingtalk;

/** What an endpoint does: the word behind {@code dingtalk:}. */
public enum DingTalkKind {
    /** Consumes robot messages. */
    messages,
    /** Consumes events. */
    events,
    /** Consumes clicks on cards. */
    cards,
    /** Sends a message to people or groups. */
    send,
    /** Replies to the message that the exchange came from. */
    reply,
    /** Sends a message by a custom robot. */
    robot,
    /** Creates, updates or streams a card. */
    card,
    /** Recalls sent messages. */
    recall,
    /** Uploads a file. */
    upload,
    /** Downloads an attachment. */
    download,
    /** Lists people. */
    users,
    /** Calls any path of DingTalk's API. */
    api;

    boolean isConsumed() {
        return ordinal() <= cards.ordinal();
    }
}
