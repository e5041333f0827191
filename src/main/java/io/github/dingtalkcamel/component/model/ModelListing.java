package io.github.dingtalkcamel.component.model;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.apache.camel.CamelContext;

/** A server's list of its models. To ask for it costs no tokens, and tells whether the server is there and takes the key. */
public final class ModelListing {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MOST = 1 << 20;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;

    private ModelListing() {
    }

    /**
     * Asks for the list.
     *
     * @return whether the model is on it; false also where the server has no such list, or one in another form. Fails with a
     *         {@link ModelException}
     */
    public static CompletableFuture<Boolean> ask(CamelContext context, String baseUrl, Secret apiKey, String model) {
        ModelOptions options = ModelOptions.named(baseUrl, apiKey, model);
        try {
            ModelClients clients = ModelClients.of(context);
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(options.baseUrl() + "/models")).timeout(TIMEOUT);
            if (apiKey.isSet()) {
                request.header("Authorization", "Bearer " + apiKey.reveal());
            }
            return clients.http().sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream())
                    .thenApplyAsync(response -> isListed(response, options), clients.readers())
                    .exceptionallyCompose(failure -> CompletableFuture.failedFuture(Failures.of(failure, options)));
        } catch (Exception e) {
            return CompletableFuture.failedFuture(Failures.of(e, options));
        }
    }

    private static boolean isListed(HttpResponse<InputStream> response, ModelOptions options) {
        try (InputStream in = response.body()) {
            byte[] body = in.readNBytes(MOST);
            int status = response.statusCode();
            if (status == NOT_FOUND || status == NOT_ALLOWED) {
                return false;
            }
            if (status / 100 != 2) {
                throw new HttpRefusal(status, new String(body, java.nio.charset.StandardCharsets.UTF_8), null);
            }
            for (JsonNode each : Json.MAPPER.readTree(new ByteArrayInputStream(body)).path("data")) {
                if (options.model().equals(each.path("id").asText())) {
                    return true;
                }
            }
            return false;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            return false;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
