package io.github.dingtalkcamel.server;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.http.HttpError;
import io.github.dingtalkcamel.component.json.Json;
import org.apache.camel.Exchange;

/** How a failed exchange is answered over HTTP: the status of its exception, and {@code {"error":{"code":…,"message":…}}}. */
public final class Refusals {

    private static final int BUG = 500;

    /** The status that the exchange's exception carries; 500 for one that carries none. */
    public int status(Exchange exchange) {
        return Failure.of(exchange, Exception.class) instanceof HttpError error ? error.httpStatus() : BUG;
    }

    /** The body: what to fix, and nothing of what was sent. A bug is not described. */
    public String json(Exchange exchange) {
        return Failure.of(exchange, Exception.class) instanceof HttpError error ? json(error.errorCode(), error.errorMessage())
                : json("internal", "It could not be done. The log says why");
    }

    /** A body with this code and message. */
    public static String json(String code, String message) {
        try {
            return Json.MAPPER.writeValueAsString(Map.of("error", Map.of("code", code, "message", message)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
