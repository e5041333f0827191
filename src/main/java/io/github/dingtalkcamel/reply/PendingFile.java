package io.github.dingtalkcamel.reply;

import io.github.dingtalkcamel.turn.ReplyFile;

/**
 * A file of a reply that is to be sent.
 *
 * @param number its number among the chunks and files of the reply, the first is 0
 */
public record PendingFile(int number, ReplyFile file) {

    /** Exchange property that holds the one that is sent just now. */
    public static final String PROPERTY = "CamelDingTalkPendingFile";
}
