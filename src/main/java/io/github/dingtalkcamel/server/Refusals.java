package io.github.dingtalkcamel.server;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.ProofException;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.QueueFullException;
import org.apache.camel.Exchange;

/** Error bodies: {@code {"error":{"code":…,"message":…}}}, with what to fix, and nothing of what was sent. */
public final class Refusals {

    private static final String PROOF = "The proof is missing or wrong. A robot message needs the headers timestamp (1 h old at most, 5 min ahead at most) and sign, made with the app's"
                                        + " secret; an encrypted callback needs signature, timestamp and nonce in the query, and this integration's token, AES key and owner key";

    /** The body for what went wrong. What is not the caller's business is not told. */
    public String json(Exchange exchange) {
        return json(Failure.of(exchange, Exception.class));
    }

    /** The same for a request of the API. */
    public String apiJson(Exchange exchange) {
        Exception cause = Failure.of(exchange, Exception.class);
        if (cause instanceof ApiException refused) {
            return json(refused.code(), refused.getMessage());
        }
        return cause instanceof StoreException ? json("store_unavailable", "The store does not answer. Try again later")
                : json("internal", "It could not be done. The log says why");
    }

    private static String json(Exception cause) {
        if (cause instanceof UnknownIntegrationException) {
            return json("unknown_integration", cause.getMessage());
        }
        if (cause instanceof TooLargeException) {
            return json("too_large", cause.getMessage());
        }
        if (cause instanceof BadMessageException bad) {
            return json(bad.code().wireName(), bad.getMessage());
        }
        if (cause instanceof ProofException) {
            return json("wrong_proof", PROOF);
        }
        if (cause instanceof QueueFullException) {
            return json("queue_full", cause.getMessage());
        }
        if (cause instanceof StoreException) {
            return json("store_unavailable", "The message could not be stored. Try again later");
        }
        if (cause instanceof IllegalStateException) {
            return json("hooks_full", "The event could not be handed on. Try again later");
        }
        return json("internal", "The message could not be taken. The log says why");
    }

    /** An error body. */
    public static String json(String code, String message) {
        try {
            return Json.MAPPER.writeValueAsString(Map.of("error", Map.of("code", code, "message", message)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
