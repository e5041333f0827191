/**
 * How often DingTalk is called: a circuit breaker for each host, a rate for each app and API, and calls that wait for a permit without a
 * thread.
 *
 * <p>Plugged into the calls of {@code component.api}; used by the packages that send.
 */
package io.github.dingtalkcamel.limits;
