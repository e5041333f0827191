/**
 * Agents outside of Camel: what a service behind a conversation is told about a message, and how its answer is read.
 *
 * <p>Used by the kamelets {@code http-agent-action} and {@code jms-agent-action}, in any Camel application.
 */
package io.github.dingtalkcamel.component.agent;
