package io.github.dingtalkcamel.component.agent;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.component.text.LogSafe;

/**
 * The type of an answer, as its header Content-Type says. Without one an answer is plain text.
 *
 * @param type    in lower case, without parameters
 * @param charset UTF-8 where none is named that this Java knows
 */
record ContentType(String type, Charset charset) {

    private static final Pattern CHARSET = Pattern.compile("(?i);\\s*charset\\s*=\\s*\"?([\\w.:-]{1,40})\"?");

    static ContentType of(String header) {
        if (header == null || header.isBlank()) {
            return new ContentType("text/plain", StandardCharsets.UTF_8);
        }
        Matcher named = CHARSET.matcher(header);
        return new ContentType(header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT),
                named.find() ? charset(named.group(1)) : StandardCharsets.UTF_8);
    }

    private static Charset charset(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }

    boolean isJson() {
        return type.equals("application/json") || type.endsWith("+json");
    }

    boolean isEventStream() {
        return type.equals("text/event-stream");
    }

    /** Text that can be a reply; a page of HTML is none, as a proxy or a login answers. */
    boolean isText() {
        return type.startsWith("text/") && !type.equals("text/html") && !isEventStream();
    }

    String shown() {
        return LogSafe.name(type);
    }
}
