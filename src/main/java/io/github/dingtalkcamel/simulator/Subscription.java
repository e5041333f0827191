package io.github.dingtalkcamel.simulator;

/**
 * What a connection wants to be pushed (protocol 2.1).
 *
 * @param type  EVENT, CALLBACK or, from some clients, SYSTEM
 * @param topic a path, or {@code *} for all events
 */
public record Subscription(String type, String topic) {

    static final Subscription MESSAGES = new Subscription("CALLBACK", "/v1.0/im/bot/messages/get");
    static final Subscription CARDS = new Subscription("CALLBACK", "/v1.0/card/instances/callback");
    static final Subscription EVENTS = new Subscription("EVENT", "*");
}
