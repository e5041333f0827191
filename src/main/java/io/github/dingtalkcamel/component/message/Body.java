package io.github.dingtalkcamel.component.message;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.BadMessageException.Code;

/**
 * A body that was parsed as JSON but whose fields were not checked yet: what the webhook needs before it checks the proof
 * (docs/promises.md 4). Its size and depth are bounded. Of two fields with one name the last counts; anything after the object is refused.
 *
 * @param form which of the known forms it has
 * @param json the object itself; treat it as read-only
 */
public record Body(Form form, ObjectNode json) {

    /** Bytes of a body, or characters where it comes as text: 1 MiB. */
    public static final int MAX_SIZE = 1 << 20;
    /** Levels of nesting; the outermost object is the first. */
    public static final int MAX_DEPTH = Json.MAX_DEPTH;

    private static final int MAX_NUMBER_LENGTH = 400;
    private static final int MAX_NAME_LENGTH = 10_000;

    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
            // names come from outside: any client could fill a shared table of them
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(Json.constraints()
                    .maxStringLength(MAX_SIZE)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxNameLength(MAX_NAME_LENGTH)
                    .build())
            .build());

    /** The kind of a body, derived from as few fields as possible; their values are checked later. */
    public enum Form {
        /** {@code encrypt} is a string: an envelope for {@link CallbackCrypto#open}, other fields are ignored. */
        ENCRYPTED,
        /** There is a {@code msgtype} or a {@code msgId}: a robot message for {@link MessageParser}. */
        ROBOT_MESSAGE,
        /** There is an {@code EventType}: an event or {@code check_url}, which only come encrypted (docs/protocol.md 5.5, 5.6). */
        EVENT,
        /** None of these. */
        OTHER
    }

    /**
     * Reads the body of a webhook request, which must be an envelope or a robot message.
     *
     * @throws BadMessageException where it is neither, or as {@link #read(byte[])} does
     */
    public static Body ofRequest(byte[] bytes) throws BadMessageException {
        return asRequest(read(bytes));
    }

    private static Body asRequest(Body body) throws BadMessageException {
        if (body.form != Form.ENCRYPTED && body.form != Form.ROBOT_MESSAGE) {
            throw new BadMessageException(Code.NEITHER_FORM, "the body is neither a robot message (it has no msgtype and no msgId)"
                    + " nor an encrypted callback (it has no encrypt that is a string)");
        }
        return body;
    }

    /**
     * The same for a body whose proof was not checked yet: it is scanned as it comes, and refused as {@link #ofRequest} would, but nothing
     * of it is kept but {@code encrypt}, so that it costs no more memory than its bytes.
     *
     * @throws BadMessageException as {@link #ofRequest} does
     */
    public static Body lookedThrough(byte[] bytes) throws BadMessageException {
        return asRequest(bytes == null || bytes.length == 0 ? of(null) : looked(bytes));
    }

    private static Body looked(byte[] bytes) throws BadMessageException {
        refuseTooLarge(bytes.length);
        Reader reader = new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser parser = MAPPER.createParser(reader)) {
            return looked(parser);
        } catch (CharacterCodingException e) {
            throw notUtf8();
        } catch (IOException e) {
            throw notJson(e);
        }
    }

    private static Body looked(JsonParser parser) throws IOException, BadMessageException {
        try {
            return new Skim(parser).body();
        } catch (StreamConstraintsException e) {
            throw beyond(parser);
        }
    }

    /**
     * Reads any of the forms.
     *
     * @param bytes UTF-8
     * @throws BadMessageException where it is no JSON object, or larger or deeper than the limits
     */
    public static Body read(byte[] bytes) throws BadMessageException {
        return read(bytes == null ? null : decoded(bytes));
    }

    /** The same for a text, such as a decrypted callback or the {@code data} of a Stream frame. */
    public static Body read(String text) throws BadMessageException {
        return of(text == null ? null : anyJson(text));
    }

    /** Any JSON value within the limits, for JSON that comes as a string within JSON. */
    public static JsonNode anyJson(String text) throws BadMessageException {
        refuseTooLarge(text.length());
        try (JsonParser parser = MAPPER.createParser(text)) {
            return tree(parser);
        } catch (IOException e) {
            throw notJson(e);
        }
    }

    /** Says nothing of what is in it. */
    @Override
    public String toString() {
        return "Body[" + form + "]";
    }

    static Body of(JsonNode tree) throws BadMessageException {
        if (tree == null) {
            throw new BadMessageException(Code.NOT_JSON, "the body is empty; it must be a JSON object");
        }
        if (!(tree instanceof ObjectNode json)) {
            throw new BadMessageException(Code.NOT_AN_OBJECT, "the body is " + Fields.kindOf(tree) + "; it must be a JSON object");
        }
        return new Body(formOf(json), json);
    }

    private static Form formOf(ObjectNode json) {
        if (json.path("encrypt").isTextual()) {
            return Form.ENCRYPTED;
        }
        if (json.has("msgtype") || json.has("msgId")) {
            return Form.ROBOT_MESSAGE;
        }
        return json.has("EventType") ? Form.EVENT : Form.OTHER;
    }

    /** Not by the parser, which would put U+FFFD in the place of malformed bytes. */
    private static String decoded(byte[] bytes) throws BadMessageException {
        refuseTooLarge(bytes.length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw notUtf8();
        }
    }

    private static BadMessageException notUtf8() {
        return new BadMessageException(Code.NOT_JSON, "the body is not UTF-8");
    }

    private static void refuseTooLarge(int size) throws BadMessageException {
        if (size > MAX_SIZE) {
            throw new BadMessageException(Code.TOO_LARGE, "the body is larger than " + MAX_SIZE + " bytes");
        }
    }

    private static JsonNode tree(JsonParser parser) throws IOException, BadMessageException {
        try {
            JsonNode tree = MAPPER.readTree(parser);
            if (tree != null && parser.nextToken() != null) {
                throw new BadMessageException(Code.NOT_JSON, "the body has more after the JSON; it must be one JSON object");
            }
            return tree;
        } catch (StreamConstraintsException e) {
            throw beyond(parser);
        }
    }

    private static BadMessageException beyond(JsonParser parser) {
        return parser.getParsingContext().getNestingDepth() > MAX_DEPTH
                    ? new BadMessageException(Code.TOO_DEEP, "the body is nested deeper than " + MAX_DEPTH + " levels")
                    : new BadMessageException(Code.TOO_LARGE, "the body holds a number of more than " + MAX_NUMBER_LENGTH
                            + " or a name of more than " + MAX_NAME_LENGTH + " characters");
    }

    /** Only the place: the parser's own message quotes what was sent. */
    private static BadMessageException notJson(IOException e) {
        String place = e instanceof JsonProcessingException json && json.getLocation() != null
                ? " (line " + json.getLocation().getLineNr() + ", column " + json.getLocation().getColumnNr() + ")" : "";
        return new BadMessageException(Code.NOT_JSON, "the body is not JSON" + place);
    }
}
