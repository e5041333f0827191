/**
 * In place of DingTalk's client and its users: the chat page, the HTTP API for scripts, and the pushes of their messages.
 *
 * <p>Called by browsers, scripts and {@link io.github.dingtalkcamel.simulator.Simulator}. It uses every other package of the simulator.
 */
package io.github.dingtalkcamel.simulator.chat;
