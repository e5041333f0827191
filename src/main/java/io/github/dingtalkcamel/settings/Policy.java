package io.github.dingtalkcamel.settings;

/** Who may talk to the robot in direct messages, or in which groups (docs/settings.md: dm-policy, group-policy). */
public enum Policy {
    /** All users, everywhere. */
    OPEN,
    /** Only the users, or the groups, on the list. */
    ALLOWLIST,
    /** No user. */
    DISABLED
}
