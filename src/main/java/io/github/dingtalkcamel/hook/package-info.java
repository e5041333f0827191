/**
 * Hooks: routes of the user's that consume from {@code seda:dingtalk-events} and receive each event once, without holding up what caused
 * it.
 *
 * <p>Called by the routes that receive events, and by turns and connections that report their life cycle.
 */
package io.github.dingtalkcamel.hook;
