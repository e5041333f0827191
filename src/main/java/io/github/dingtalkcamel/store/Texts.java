package io.github.dingtalkcamel.store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

import com.fasterxml.jackson.core.type.TypeReference;
import io.github.dingtalkcamel.component.json.Json;

/** A list of texts in one column, as a JSON array. */
public final class Texts {

    private static final TypeReference<List<String>> LIST = new TypeReference<>() {
    };

    private Texts() {
    }

    public static String write(List<String> texts) {
        try {
            return Json.MAPPER.writeValueAsString(texts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static List<String> read(String json) {
        try {
            return List.copyOf(Json.MAPPER.readValue(json, LIST));
        } catch (IOException e) {
            throw new UncheckedIOException("A list of texts in the store is damaged", e);
        }
    }
}
