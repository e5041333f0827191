package io.github.dingtalkcamel.simulator.platform;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One HTTP request that DingTalk's side received, whole: for tests of what leaves the application. Secrets included; they are fakes.
 *
 * @param path    as received, without the query
 * @param query   as received, still encoded; null without
 * @param headers names in lower case, values in the order they came
 * @param status  what was answered; 0 if the connection was dropped or no answer is ever given
 */
public record RecordedRequest(Instant time, String method, String path, String query, Map<String, List<String>> headers, String body,
        int status) {

    /** The first value of a header, or null. */
    public String header(String name) {
        List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
        return values == null ? null : values.get(0);
    }

    long weight() {
        long characters = path.length() + body.length() + (query == null ? 0 : query.length());
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            characters += header.getKey().length() + header.getValue().stream().mapToInt(String::length).sum();
        }
        return 400 + 2 * characters;
    }
}
