package io.github.dingtalkcamel.simulator.api;

import java.util.Locale;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;

/**
 * A request that got as far as the API it asks for.
 *
 * @param caller     the app whose token came along; null where the API takes none
 * @param parameters query and path parameters, decoded
 */
public record ApiRequest(String path, MultiMap parameters, MultiMap headers, Buffer body, String remoteAddress, SimulatedApp caller) {

    boolean saysJson() {
        String contentType = headers.get("Content-Type");
        return contentType != null && contentType.toLowerCase(Locale.ROOT).contains("json");
    }

    /** The body's object, or null if the body is anything else. */
    ObjectNode jsonOrNull() {
        return Json.objectOrNull(body.toString());
    }
}
