package io.github.dingtalkcamel.settings;

import java.net.URI;

import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * The language model behind the agent {@code assistant}.
 *
 * @param baseUrl absolute, without a slash at its end
 * @param apiKey  not set for servers that want none
 * @param model   its name, as the server knows it
 * @param prompt  the system message; empty for none
 */
public record ModelSettings(URI baseUrl, Secret apiKey, String model, String prompt) {

    /** The agent that it makes. */
    public static final String AGENT = "assistant";
}
