package io.github.dingtalkcamel.component.model;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * An error that a server reports within a stream, where the status of HTTP was 200 already: the status that it would have had. Servers give
 * it as the error's code, or say it in words.
 */
final class StreamError {

    private static final int UNKNOWN = 500;
    private static final Map<Pattern, Integer> WORDS = new LinkedHashMap<>();

    static {
        WORDS.put(Pattern.compile("api_?key|authentication|unauthorized|access_?denied|permission"), 401);
        WORDS.put(Pattern.compile("rate_?limit|throttl|quota|arrearage|billing|too_?many"), 429);
        WORDS.put(Pattern.compile("model_?not_?found|not_?found"), 404);
        WORDS.put(Pattern.compile("context_?length|invalid_?(request|parameter)|bad_?request|data_?inspection|content_?(filter|policy)"),
                400);
    }

    private StreamError() {
    }

    /** 400 to 599. */
    static int status(JsonNode error) {
        int number = error.path("code").asInt(error.path("status").asInt(0));
        if (number >= 400 && number < 600) {
            return number;
        }
        String words = (error.path("code").asText("") + " " + error.path("type").asText("")).toLowerCase(Locale.ROOT);
        return WORDS.entrySet().stream().filter(each -> each.getKey().matcher(words).find()).map(Map.Entry::getValue).findFirst()
                .orElse(UNKNOWN);
    }
}
