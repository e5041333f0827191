/**
 * Messages as DingTalk sends them, by HTTP or by Stream: signature, decryption, parsing, and the texts that can be stored.
 *
 * <p>Called by the component's consumers and by the routes that receive messages. Pure functions: it uses no network and no store.
 */
package io.github.dingtalkcamel.component.message;
