package io.github.dingtalkcamel.store;

/**
 * The conversation that a write belongs to, where several nodes share the store.
 *
 * @param conversation integration and conversation id with a line feed between them, or null for a write that belongs to none
 * @param fence        number of the lease by which the writer may work on the conversation; 0 where any node may make this write
 */
public record CommitKey(String conversation, long fence) {

    /** A write that belongs to no conversation. */
    public static final CommitKey NONE = new CommitKey(null, 0);

    /** A write to a conversation that every node may make. */
    public static CommitKey of(String conversation) {
        return new CommitKey(conversation, 0);
    }
}
