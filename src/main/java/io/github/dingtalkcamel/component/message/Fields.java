package io.github.dingtalkcamel.component.message;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The fields of one JSON object, read strictly: a field may be missing or JSON null, which gives Java null; a field of another type
 * than asked for is a {@link BadMessageException} that names it. All text comes out storable.
 */
record Fields(ObjectNode json, String path) {

    static final int MAX_ID_LENGTH = 512;
    static final int MAX_LABEL_LENGTH = 256;
    /** Download codes are longer than ids; a session webhook is a URL. */
    static final int MAX_CODE_LENGTH = 4096;

    /** The last millisecond of the year 9999, beyond which databases have no date. */
    private static final long MAX_MILLIS = 253_402_300_799_999L;
    private static final int MAX_MILLIS_DIGITS = 15;

    static Fields of(ObjectNode json) {
        return new Fields(json, "");
    }

    /** In words for an error message, with its article. */
    static String kindOf(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            default -> "null";
        };
    }

    String requiredId(String name) throws BadMessageException {
        String id = id(name);
        if (id == null) {
            throw wrong(name, json.hasNonNull(name) ? "empty" : "missing", "a string that is not empty");
        }
        return id;
    }

    /** Null where it is missing or blank. */
    String id(String name) throws BadMessageException {
        return notLongerThan(MAX_ID_LENGTH, name);
    }

    String code(String name) throws BadMessageException {
        return notLongerThan(MAX_CODE_LENGTH, name);
    }

    private String notLongerThan(int max, String name) throws BadMessageException {
        String text = text(name);
        if (text == null || text.isBlank()) {
            return null;
        }
        if (text.length() > max) {
            throw wrong(name, text.length() + " characters long", "a string of at most " + max + " characters");
        }
        return text;
    }

    String text(String name) throws BadMessageException {
        JsonNode node = value(name);
        if (node == null) {
            return null;
        }
        if (!node.isTextual()) {
            throw wrong(name, kindOf(node), "a string");
        }
        return StorableText.of(node.textValue());
    }

    /** The first of them that is there and not blank. */
    String firstText(String... names) throws BadMessageException {
        for (String name : names) {
            String text = text(name);
            if (text != null && !text.isBlank()) {
                return text;
            }
        }
        return null;
    }

    /** The first of them that is there, blank or not: within a rich text a space matters. */
    String firstPresentText(String... names) throws BadMessageException {
        for (String name : names) {
            String text = text(name);
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    /** Shown and logged, hence one line; too long is cut rather than refused. Null where missing or blank. */
    String label(String name) throws BadMessageException {
        String text = text(name);
        String label = text == null ? "" : StorableText.label(text, MAX_LABEL_LENGTH);
        return label.isEmpty() ? null : label;
    }

    Boolean flag(String name) throws BadMessageException {
        JsonNode node = value(name);
        if (node == null) {
            return null;
        }
        if (!node.isBoolean()) {
            throw wrong(name, kindOf(node), "true or false");
        }
        return node.booleanValue();
    }

    Instant instant(String name) throws BadMessageException {
        Long millis = millis(name);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    Duration duration(String name) throws BadMessageException {
        Long millis = millis(name);
        return millis == null ? null : Duration.ofMillis(millis);
    }

    /** A number or, since DingTalk's documents disagree, a string of digits. */
    private Long millis(String name) throws BadMessageException {
        JsonNode node = value(name);
        if (node == null || node.isTextual() && node.textValue().isBlank()) {
            return null;
        }
        long millis = node.isIntegralNumber() && node.canConvertToLong() ? node.longValue()
                : node.isTextual() && isDigits(node.textValue()) ? Long.parseLong(node.textValue()) : -1;
        if (millis >= 0 && millis <= MAX_MILLIS) {
            return millis;
        }
        throw wrong(name, node.isNumber() || node.isTextual() ? kindOf(node) + " that is none or out of range" : kindOf(node),
                "a whole number of milliseconds, before the year 10000");
    }

    private static boolean isDigits(String text) {
        return text.length() <= MAX_MILLIS_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** An absolute http or https URL without user information; anything else counts as absent. */
    URI webUrl(String name) throws BadMessageException {
        String text = text(name);
        if (text == null || text.length() > MAX_CODE_LENGTH) {
            return null;
        }
        try {
            URI url = new URI(text);
            boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            return web && url.getHost() != null && url.getRawUserInfo() == null ? url : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    Fields object(String name) throws BadMessageException {
        JsonNode node = value(name);
        if (node == null) {
            return null;
        }
        if (!(node instanceof ObjectNode object)) {
            throw wrong(name, kindOf(node), "an object");
        }
        return new Fields(object, path + name + ".");
    }

    /** Empty where it is missing. */
    List<Fields> objects(String name) throws BadMessageException {
        JsonNode node = value(name);
        if (node == null) {
            return List.of();
        }
        if (!node.isArray()) {
            throw wrong(name, kindOf(node), "an array");
        }
        List<Fields> objects = new ArrayList<>(node.size());
        for (JsonNode item : node) {
            String itemName = name + "[" + objects.size() + "]";
            if (!(item instanceof ObjectNode object)) {
                throw wrong(itemName, kindOf(item), "an object");
            }
            objects.add(new Fields(object, path + itemName + "."));
        }
        return objects;
    }

    JsonNode value(String name) {
        JsonNode node = json.get(name);
        return node == null || node.isNull() || node.isMissingNode() ? null : node;
    }

    BadMessageException wrong(String name, String was, String shouldBe) {
        return BadMessageException.field(path + name, was, shouldBe);
    }
}
