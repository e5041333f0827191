package io.github.dingtalkcamel.settings;

/** Who shares a session in a group (docs/settings.md: session-scope). */
public enum SessionScope {
    /** All who talk in the conversation. */
    CONVERSATION,
    /** Not shared: each person has a session of their own. */
    SENDER
}
