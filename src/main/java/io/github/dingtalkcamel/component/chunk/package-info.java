/**
 * Cuts a reply into chunks that DingTalk accepts: between the blocks of a markdown text, never within a character that people see as one.
 *
 * <p>Called by the component's producer and by the routes that send a reply. Pure functions: no clock, no network, no Camel.
 */
package io.github.dingtalkcamel.component.chunk;
