/**
 * What DingTalk sends to the application, by webhook or by Stream, up to the point where it is proved, parsed and known to be meant for the
 * bot.
 *
 * <p>Called by the {@code inbound-} routes; the admin API and the health checks read the state of its connections. It does not know turns.
 */
package io.github.dingtalkcamel.inbound;
