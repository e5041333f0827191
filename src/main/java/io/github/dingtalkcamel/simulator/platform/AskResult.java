package io.github.dingtalkcamel.simulator.platform;

import java.util.List;

/**
 * A message, and what the robot answered in that conversation.
 *
 * @param replies in order; empty if the push was refused or no reply came in time. Two people asking in one conversation at once each
 *                see the answers to both
 */
public record AskResult(PushResult sent, List<Delivery> replies) {
}
