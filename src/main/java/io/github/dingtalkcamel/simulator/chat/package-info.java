/**
 * What stands in for the users of DingTalk's client: the chat page, the HTTP API for scripts, and the pushes of their messages.
 *
 * <p>Called by browsers, scripts and {@link io.github.dingtalkcamel.simulator.Simulator}. It uses every other package of the simulator.
 */
package io.github.dingtalkcamel.simulator.chat;
