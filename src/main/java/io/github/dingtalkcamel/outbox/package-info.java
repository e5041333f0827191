/**
 * The outbox: events for other systems about accepted messages, ended turns, events and clicks on cards, stored in the commit of what it
 * tells and relayed to an endpoint of the operator's.
 *
 * <p>Called by the classes that store messages, turns and events, and by the route that relays.
 */
package io.github.dingtalkcamel.outbox;
