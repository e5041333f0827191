/**
 * The answer to a turn: split into chunks, sent in order, recorded chunk by chunk, and kept as a dead letter where it can't be sent.
 *
 * <p>Called by the {@code reply-} routes and by the error configurations of routes.
 */
package io.github.dingtalkcamel.reply;
