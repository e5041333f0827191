package io.github.dingtalkcamel.simulator.stream;

/**
 * What a connection subscribes to (docs/protocol.md 2.1).
 *
 * @param type  EVENT, CALLBACK or, from some clients, SYSTEM
 * @param topic a path, or {@code *} for all events
 */
public record Subscription(String type, String topic) {

    public static final Subscription MESSAGES = new Subscription("CALLBACK", "/v1.0/im/bot/messages/get");
    public static final Subscription CARDS = new Subscription("CALLBACK", "/v1.0/card/instances/callback");
    public static final Subscription EVENTS = new Subscription("EVENT", "*");
}
