package io.github.dingtalkcamel.component.agent;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.json.Json;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What a service behind a conversation answered: plain text or markdown, or a JSON object. Fields of the object that are not known here are
 * left alone.
 *
 * @param reply            null or empty for no reply
 * @param promptTokens     null where the service says none
 * @param completionTokens likewise
 * @param at               whom the reply mentions: {@code atUserIds}, {@code atMobiles}, {@code isAtAll}; may be missing
 * @param files            what is sent after the text, as the header {@code CamelDingTalkReplyFiles} takes it
 */
record AgentAnswer(String reply, Long promptTokens, Long completionTokens, JsonNode at, List<Map<String, Object>> files) {

    /** Of a reply, in bytes where it is text, in characters where it is part of JSON. */
    static final int MOST = 1 << 20;
    /** Bytes of an answer as JSON: escapes take more than the reply does, and small files may be part of it. */
    static final int MOST_JSON = 8 << 20;

    private static final String TAKEN = "answer with text/plain, text/markdown, application/json or (over HTTP) text/event-stream";

    static AgentAnswer text(String reply) {
        return new AgentAnswer(reply, null, null, null, List.of());
    }

    /** How many bytes an answer of this type may have. */
    static int most(ContentType type) {
        return type.isJson() ? MOST_JSON : MOST;
    }

    /** Reads a whole answer. */
    static AgentAnswer read(ContentType type, byte[] body) throws AgentFailedException {
        return read(type, decoded(type.charset(), body));
    }

    /** Reads a whole answer that is text already. */
    static AgentAnswer read(ContentType type, String body) throws AgentFailedException {
        if (type.isJson()) {
            return json(body);
        }
        if (!type.isText()) {
            throw AgentFailedException.quoting("The answer has the Content-Type " + type.shown() + ": " + TAKEN, body);
        }
        return text(bounded(body));
    }

    private static AgentAnswer json(String body) throws AgentFailedException {
        JsonNode answer = parsed(body);
        if (!answer.isObject()) {
            throw AgentFailedException.quoting("The answer is not a JSON object: answer {\"reply\":\"…\"}", body);
        }
        JsonNode reply = answer.get("reply");
        List<Map<String, Object>> files = files(answer.path("files"), body);
        if (reply == null && files.isEmpty()) {
            throw AgentFailedException.quoting("The answer has neither reply nor files: answer {\"reply\":\"…\"},"
                    + " or {\"reply\":null} for no reply", body);
        }
        if (reply != null && !reply.isNull() && !reply.isTextual()) {
            throw AgentFailedException.quoting("The field reply of the answer is no text", body);
        }
        return new AgentAnswer(reply == null || reply.isNull() ? null : bounded(reply.textValue()), tokens(answer, "promptTokens"),
                tokens(answer, "completionTokens"), answer.get("at"), files);
    }

    private static JsonNode parsed(String body) throws AgentFailedException {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JsonProcessingException e) {
            throw AgentFailedException.quoting("The answer's Content-Type says JSON, and it is none ("
                    + e.getClass().getSimpleName() + ")", body);
        }
    }

    private static Long tokens(JsonNode answer, String field) {
        JsonNode tokens = answer.path(field);
        return tokens.canConvertToLong() && tokens.isIntegralNumber() && tokens.longValue() >= 0 ? Long.valueOf(tokens.longValue()) : null;
    }

    private static List<Map<String, Object>> files(JsonNode files, String body) throws AgentFailedException {
        List<Map<String, Object>> read = new ArrayList<>();
        for (JsonNode file : files) {
            if (!file.isObject()) {
                throw AgentFailedException.quoting("The field files of the answer holds something else than objects of path,"
                        + " url or base64", body);
            }
            read.add(Json.MAPPER.convertValue(file, new TypeReference<Map<String, Object>>() { }));
        }
        return read;
    }

    private static String bounded(String reply) throws AgentFailedException {
        if (reply.length() > MOST) {
            throw tooLarge(MOST);
        }
        return reply;
    }

    static AgentFailedException tooLarge(int most) {
        return new AgentFailedException("The answer has more than " + (most >> 20) + " MiB: answer with less, or with the url of a file");
    }

    /** The text without its byte order mark: with it the first field of an event stream, or the brace of JSON, is not recognised. */
    static String decoded(Charset charset, byte[] bytes) throws AgentFailedException {
        try {
            String text = charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw AgentFailedException.quoting("The answer is not valid " + charset.name() + ": say its charset in Content-Type",
                    new String(bytes, 0, Math.min(bytes.length, 1_000), StandardCharsets.US_ASCII));
        }
    }

    /** Makes it the exchange's message: the body is the reply, null for none. */
    void setOn(Exchange exchange) {
        Message message = exchange.getMessage();
        message.setBody(reply == null || reply.isBlank() ? null : reply);
        set(message, AgentHeaders.PROMPT_TOKENS, promptTokens);
        set(message, AgentHeaders.COMPLETION_TOKENS, completionTokens);
        set(message, DingTalkConstants.AT_USER_IDS, names("atUserIds"));
        set(message, DingTalkConstants.AT_MOBILES, names("atMobiles"));
        set(message, DingTalkConstants.AT_ALL, at != null && at.path("isAtAll").asBoolean() ? Boolean.TRUE : null);
        set(message, AgentHeaders.REPLY_FILES, files.isEmpty() ? null : files);
    }

    private List<String> names(String field) {
        if (at == null || !at.path(field).isArray() || at.path(field).isEmpty()) {
            return null;
        }
        List<String> names = new ArrayList<>();
        at.path(field).forEach(name -> names.add(name.asText()));
        return names;
    }

    private static void set(Message message, String header, Object value) {
        if (value != null) {
            message.setHeader(header, value);
        }
    }

    /** Without what it says. */
    @Override
    public String toString() {
        return "AgentAnswer[" + (reply == null ? 0 : reply.length()) + " characters, " + files.size() + " files]";
    }
}
