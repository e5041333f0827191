/**
 * A local DingTalk: a fake platform on a port of its own, faithful to the wire protocol, for a first start without credentials, for
 * tests and for rehearsing faults.
 *
 * <p>Called by the program's start and by tests. Except the HTTP server it shares nothing with the rest of the application, its
 * cryptography included: each side checks the other's reading of the protocol.
 */
package io.github.dingtalkcamel.simulator;
