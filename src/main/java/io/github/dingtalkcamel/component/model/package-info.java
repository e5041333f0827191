/**
 * Language models behind an OpenAI-compatible API, as agents: the bean of the kamelet {@code openai-agent-action}.
 *
 * <p>Used by the kamelet in any Camel application, and by this application's health check of its model. The wire format, streams
 * included, is langchain4j's; the transport is ours, so that a call can be closed at any time and {@code Retry-After} is seen.
 */
package io.github.dingtalkcamel.component.model;
