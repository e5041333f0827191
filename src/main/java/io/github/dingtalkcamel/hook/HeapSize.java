package io.github.dingtalkcamel.hook;

import java.util.Collection;
import java.util.Map;

/** What a value holds in memory, by estimate: maps, lists and texts as JSON makes them. */
final class HeapSize {

    /** Any object, and what refers to it. */
    private static final long OBJECT = 48;
    private static final long ENTRY = 64;
    private static final long REFERENCE = 8;

    private HeapSize() {
    }

    /** In bytes. A text counts two bytes a character, so that none holds more than it counts. */
    static long of(Object value) {
        if (value instanceof CharSequence text) {
            return OBJECT + 2L * text.length();
        }
        long bytes = OBJECT;
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                bytes += ENTRY + of(entry.getKey()) + of(entry.getValue());
            }
        } else if (value instanceof Collection<?> list) {
            for (Object each : list) {
                bytes += REFERENCE + of(each);
            }
        } else if (value instanceof byte[] array) {
            bytes += array.length;
        }
        return bytes;
    }
}
