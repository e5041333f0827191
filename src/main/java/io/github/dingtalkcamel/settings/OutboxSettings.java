package io.github.dingtalkcamel.settings;

import java.time.Duration;
import java.util.Optional;

/**
 * Events for other systems about messages, turns and events of DingTalk.
 *
 * @param endpoint where each event is sent; empty where none is stored
 * @param kept     how long an event waits for that endpoint
 */
public record OutboxSettings(Optional<String> endpoint, Duration kept) {
}
