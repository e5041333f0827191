package io.github.dingtalkcamel.settings;
import java.time.Duration;

/**
 * How long the store keeps what is over. At least a day, so that a message delivered again within 24 h is known (docs/promises.md 4).
 *
 * @param messages    answered messages
 * @param deadLetters what waits for a person
 * @param sessions    sessions in which nothing happens, with their history
 */
public record Retention(Duration messages, Duration deadLetters, Duration sessions) {
}
