package io.github.dingtalkcamel.admin;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.store.Texts;

/**
 * The part of a list that a call asks for by {@code limit} and {@code cursor}.
 *
 * @param limit how many, 1 to {@link #MOST}
 * @param after the key of the last entry before it, texts that are all empty for the beginning
 */
public record Page(int limit, List<String> after) {

    /** Most entries of a page. */
    public static final int MOST = 200;

    private static final int USUAL = 50;
    private static final int LONGEST_CURSOR = 8_000;

    /**
     * The page that is asked for.
     *
     * @param  keys         of how many texts the list's key consists
     * @throws ApiException when limit or cursor is none
     */
    public static Page of(ApiCall call, int keys) throws ApiException {
        return new Page(limit(call.parameter("limit").orElse(null)), after(call.parameter("cursor").orElse(""), keys));
    }

    private static int limit(String text) throws ApiException {
        if (text == null) {
            return USUAL;
        }
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST) {
            throw ApiException.badRequest("bad_limit", "limit must be a number from 1 to " + MOST);
        }
        return Integer.parseInt(text);
    }

    private static List<String> after(String cursor, int keys) throws ApiException {
        if (cursor.isEmpty()) {
            return Collections.nCopies(keys, "");
        }
        try {
            if (cursor.length() <= LONGEST_CURSOR) {
                List<String> key = Texts.read(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
                if (key.size() == keys) {
                    return key;
                }
            }
        } catch (IllegalArgumentException | UncheckedIOException | NullPointerException e) {
            // reported below
        }
        throw ApiException.badRequest("bad_cursor", "cursor must be the nextCursor of an answer of this list, or left out");
    }

    /** How many to look for: one more than asked, to know whether there is a next page. */
    public int lookFor() {
        return limit + 1;
    }

    /**
     * The answer: the entries, and {@code nextCursor}, null at the end.
     *
     * @param found up to {@link #lookFor()} entries after {@link #after()}
     */
    public <T> Map<String, Object> answer(String name, List<T> found, Function<T, List<String>> key, Function<T, Object> shown) {
        List<T> page = found.subList(0, Math.min(limit, found.size()));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(name, page.stream().map(shown).toList());
        answer.put("nextCursor", found.size() > limit
                ? Base64.getUrlEncoder().withoutPadding()
                .encodeToString(Texts.write(key.apply(page.get(page.size() - 1))).getBytes(StandardCharsets.UTF_8))
                : null);
        return answer;
    }
}
