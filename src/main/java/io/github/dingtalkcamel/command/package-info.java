/**
 * The chat commands, such as {@code /bind}, {@code /stop} and {@code /retry}: which there are, what they do and what they answer.
 *
 * <p>Called by the {@code command-} routes and by the routes that tell a command from a message. Nothing else uses it.
 */
package io.github.dingtalkcamel.command;
