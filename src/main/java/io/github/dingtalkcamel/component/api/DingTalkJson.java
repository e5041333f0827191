package io.github.dingtalkcamel.component.api;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import io.github.dingtalkcamel.component.json.Json;

/**
 * JSON as it is sent to DingTalk: compact, in UTF-8, with no more escapes than JSON demands. An emoji is 4 bytes, where Jackson's byte
 * generator writes the 12 bytes of two {@code \\u} escapes, which would break DingTalk's limits on size. Everything that is sent to
 * DingTalk as JSON is written here, so that what is counted before is what is sent.
 * <p>
 * Half of a surrogate pair, which UTF-8 can't carry, becomes a question mark.
 */
public final class DingTalkJson {

    private DingTalkJson() {
    }

    /** The bytes of a request's body. */
    public static byte[] bytes(Object value) {
        try {
            return Json.MAPPER.writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same as a text, for JSON that is a string within JSON, such as {@code msgParam}. */
    public static String text(Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }
}
