/**
 * Agents outside of Camel: the request to a service behind a conversation, and how its answer is read.
 *
 * <p>Used by the kamelets {@code http-agent-action} and {@code jms-agent-action}, in any Camel application.
 */
package io.github.dingtalkcamel.component.agent;
