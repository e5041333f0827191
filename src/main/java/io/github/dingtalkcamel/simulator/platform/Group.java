package io.github.dingtalkcamel.simulator.platform;

/** A group that every robot is a member of. */
public record Group(String conversationId, String title) {
}
