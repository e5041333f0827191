/**
 * A DingTalk of one's own: a fake platform on a port of its own, faithful to the wire protocol (protocol 1 to 7 and 9), for
 * a first start without credentials, for tests and for rehearsing trouble.
 *
 * <p>It shares nothing with the rest of the application, its cryptography included: what both sides agree on, two
 * implementations agree on.
 */
package io.github.dingtalkcamel.simulator;
