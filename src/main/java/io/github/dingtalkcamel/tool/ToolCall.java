package io.github.dingtalkcamel.tool;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a caller wants done, checked as far as every tool is alike.
 *
 * @param tool        which tool
 * @param integration id of an integration that there is
 * @param arguments   the tool's own, templates resolved: each of the kind that {@link Tool} says, those that were null left out
 * @param targets     the recipients, each once, in the order given; empty for tools that take none
 * @param requestId   the caller's name for this call, or null
 * @param timeout     how long the caller waits
 * @param fingerprint the same for the same arguments only
 */
public record ToolCall(Tool tool, String integration, ObjectNode arguments, List<Target> targets, String requestId, Duration timeout,
        String fingerprint) {

    /** Exchange property that holds the call. */
    public static final String PROPERTY = "CamelDingTalkToolCall";

    public ToolCall {
        targets = List.copyOf(targets);
    }

    /** A text that was given. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(arguments.get(name)).map(JsonNode::textValue);
    }

    /** The characters of a file that was given in Base64, from the first; none where there is none. */
    Optional<InputStream> encodedFile() {
        JsonNode given = arguments.get(FileInBody.ARGUMENT);
        EncodedFile inBody = EncodedFile.of(given);
        return inBody != null ? Optional.of(inBody.characters()) : text(FileInBody.ARGUMENT).map(text -> new ByteArrayInputStream(
                text.getBytes(StandardCharsets.US_ASCII)));
    }

    /** A number that was given. */
    public Optional<Integer> number(String name) {
        return Optional.ofNullable(arguments.get(name)).map(JsonNode::intValue);
    }

    /** An object that was given, also where it came as a text. */
    public Optional<ObjectNode> object(String name) {
        return Optional.ofNullable((ObjectNode) arguments.get(name));
    }

    /** Whether {@code at} names a user. */
    boolean hasMentions() {
        return object("at").filter(at -> at.path("isAtAll").asBoolean() || !at.path("atUserIds").isEmpty()
                || !at.path("atMobiles").isEmpty()).isPresent();
    }

    /** What the call holds in memory until it is done, by estimate: two bytes a character, one where it is a file in Base64. */
    long bytes() {
        return (4 << 10) + 100L * targets.size() + bytes("", arguments);
    }

    private static long bytes(String name, JsonNode node) {
        long bytes = 64 + 2L * name.length();
        if (EncodedFile.of(node) != null) {
            return bytes + EncodedFile.of(node).length();
        }
        if (node.isTextual()) {
            return bytes + 2L * node.textValue().length();
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            bytes += bytes(field.getKey(), field.getValue());
        }
        for (Iterator<JsonNode> each = node.isArray() ? node.elements() : Collections.emptyIterator(); each.hasNext();) {
            bytes += bytes("", each.next());
        }
        return bytes;
    }

    /** Without texts and recipients. */
    @Override
    public String toString() {
        return "ToolCall[" + tool.wireName() + ", " + integration + ", recipients=" + targets.size() + ", requestId=" + requestId + "]";
    }
}
