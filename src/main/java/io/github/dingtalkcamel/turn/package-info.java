/**
 * Turns: a message and its answer, stored when the message is accepted, queued in order for each conversation, resumed after a restart.
 *
 * <p>Called by the {@code turn-} and {@code inbound-} routes; used by agents, commands and replies.
 */
package io.github.dingtalkcamel.turn;
