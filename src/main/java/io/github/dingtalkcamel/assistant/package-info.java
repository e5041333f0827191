/**
 * The agent {@code assistant}: the language model that the settings name, and what is known of its state.
 *
 * <p>Used by the application, which binds its beans, and by {@code observe}, which shows its state. The model is asked by the kamelet
 * {@code openai-agent-action} in the route {@code turn-agent-assistant}.
 */
package io.github.dingtalkcamel.assistant;
