package io.github.dingtalkcamel.component.dingtalk;

/** How a recipient is named. */
public enum RecipientType {
    /** A user id (staff id). */
    user_id,
    /** A union id. */
    union_id,
    /** A mobile number. */
    mobile,
    /** A group's conversation id. */
    chat_id
}
