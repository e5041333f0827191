/**
 * What is known of a conversation: its session and history, its binding to an agent, who may use it, and the messages that may be quoted.
 *
 * <p>Used by turns, commands, replies, tools and the admin API. It uses the store and the settings only.
 */
package io.github.dingtalkcamel.conversation;
