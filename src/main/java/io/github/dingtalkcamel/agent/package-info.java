/**
 * The {@code agent:} component: a user's route that consumes from {@code agent:NAME} answers the turns that are bound to that agent.
 *
 * <p>Called by Camel, the {@code turn-} routes and the commands that name agents. It uses {@code turn} and {@code conversation}; it does
 * not know how a turn arrived or how its answer is sent.
 */
package io.github.dingtalkcamel.agent;
