package io.github.dingtalkcamel.doctor;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import io.github.dingtalkcamel.settings.ModelSettings;
import io.github.dingtalkcamel.settings.Settings;

/** The language model: whether it answers, and takes the key. It is asked for its list of models, which costs nothing. */
final class ModelCheck {

    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final String MODEL = "model";

    private final HttpClient http;

    ModelCheck(HttpClient http) {
        this.http = http;
    }

    Finding of(Settings settings) {
        return settings.model().map(this::asked).orElseGet(() -> Finding.off(MODEL, "No language model is set"));
    }

    private Finding asked(ModelSettings model) {
        String base = model.baseUrl().toString().replaceFirst("/+$", "");
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/models")).timeout(WAIT);
            if (model.apiKey().isSet()) {
                request.header("Authorization", "Bearer " + model.apiKey().reveal());
            }
            int status = http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status == 401 || status == 403) {
                return Finding.wrong(MODEL, base + " refuses the key", "Set DINGTALK_LLM_API_KEY to a key of that service");
            }
            return status == 200 ? Finding.ok(MODEL, base + " answers")
                    : Finding.unknown(MODEL, base + "/models answers with status " + status, "Look whether the base URL needs /v1");
        } catch (IOException e) {
            return Finding.wrong(MODEL, base + " does not answer: " + e.getClass().getSimpleName(), "Look at DINGTALK_LLM_BASE_URL");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.unknown(MODEL, "Interrupted", null);
        }
    }
}
