package io.github.dingtalkcamel.turn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.json.Json;

/** Whom each chunk of a reply mentions, in one column: a JSON array with an {@code at} for each chunk, null where none mentions anyone. */
final class StoredMentions {

    private StoredMentions() {
    }

    static String write(List<Mentions> mentions) {
        try {
            return mentions.stream().allMatch(Mentions::isEmpty) ? null
                    : Json.MAPPER.writeValueAsString(mentions.stream().map(Mentions::at).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Mentions> read(String json) {
        if (json == null) {
            return List.of();
        }
        try {
            List<Mentions> mentions = new ArrayList<>();
            for (JsonNode at : Json.MAPPER.readTree(json)) {
                mentions.add(new Mentions(texts(at.path("atUserIds")), texts(at.path("atMobiles")), at.path("isAtAll").asBoolean()));
            }
            return List.copyOf(mentions);
        } catch (IOException e) {
            throw new UncheckedIOException("A list of mentions in the store is damaged", e);
        }
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
