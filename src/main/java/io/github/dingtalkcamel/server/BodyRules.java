package io.github.dingtalkcamel.server;
import java.time.Duration;

/**
 * How a request's body is read.
 *
 * @param limit    most bytes that it may have
 * @param budget   what it shares with others
 * @param handling how many times its size is held while it is handled, once it is there; its copies and what is read out of it
 * @param whole    for all of it
 * @param progress without a byte of it
 */
public record BodyRules(int limit, ByteBudget budget, int handling, Duration whole, Duration progress) {
}
