package io.github.dingtalkcamel.component.model;

import java.time.Duration;

import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * Which model is asked, and how.
 *
 * @param baseUrl       of the API, with {@code /v1} where the server wants that; without a slash at its end
 * @param apiKey        not set for servers that want none
 * @param model         its name, as the server knows it
 * @param systemMessage the first message to the model; blank for none
 * @param temperature   0 for the same answers, higher for more varied ones
 * @param maxTokens     of an answer
 * @param historyTokens of what was said before, by our estimate; 0 for no history
 * @param vision        whether pictures are sent to the model
 * @param timeout       for the whole answer, waits and further tries included
 * @param keepThinking  whether {@code <think>} blocks stay in the reply
 */
public record ModelOptions(String baseUrl, Secret apiKey, String model, String systemMessage, double temperature, int maxTokens,
        int historyTokens,
        boolean vision, Duration timeout, boolean keepThinking) {

    public ModelOptions {
        baseUrl = baseUrl.strip().replaceAll("/+$", "");
        if (!baseUrl.matches("https?://[^\\s]+")) {
            throw new IllegalArgumentException("baseUrl must be an http or https URL such as https://api.example.com/v1");
        }
        if (model == null || model.isBlank()) {
            throw new IllegalArgumentException("model must be the name of a model");
        }
        if (maxTokens < 1 || historyTokens < 0 || timeout.toMillis() < 1) {
            throw new IllegalArgumentException("maxTokens must be 1 or more, historyTokens 0 or more, and timeout longer than nothing");
        }
    }

    /** Server, key and model, where nothing else matters. */
    static ModelOptions named(String baseUrl, Secret apiKey, String model) {
        return new ModelOptions(baseUrl, apiKey, model, "", 0, 1, 0, false, Duration.ofSeconds(1), false);
    }

    ModelOptions withTimeout(Duration other) {
        return new ModelOptions(baseUrl, apiKey, model, systemMessage, temperature, maxTokens, historyTokens, vision, other, keepThinking);
    }

    /** For the log: server and model, nothing else. */
    String shown() {
        return "model " + model + " at " + baseUrl;
    }

    @Override
    public String toString() {
        return shown();
    }
}
