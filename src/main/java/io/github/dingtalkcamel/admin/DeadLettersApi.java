package io.github.dingtalkcamel.admin;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.DeadLetters.Letter;
import io.github.dingtalkcamel.turn.DeadLetters.Requested;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;

/** {@code GET} and {@code POST /api/dingtalk/dead-letters} (docs/api.md). */
public final class DeadLettersApi {

    private static final int MOST_BYTES = 64 * 1024;
    private static final String SHAPE = "Send {} to replay all, or {\"ids\":[1,2]} with up to " + DeadLetters.MOST_IDS + " ids of the list";
    private static final ObjectMapper JSON = Json.MAPPER.copy()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final DeadLetters deadLetters;

    public DeadLettersApi(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }

    /** Those that wait or are about to be replayed, the newest first, a page at a time. */
    public Map<String, Object> list(@ExchangeProperty(ApiCall.PROPERTY) ApiCall call) throws ApiException {
        Page page = Page.of(call, 1);
        return page.answer("deadLetters", deadLetters.list(before(page), page.lookFor()), letter -> List.of(String.valueOf(letter.id())),
                DeadLettersApi::shown);
    }

    private static long before(Page page) throws ApiException {
        String last = page.after().get(0);
        if (last.isEmpty()) {
            return Long.MAX_VALUE;
        }
        try {
            return Long.parseLong(last);
        } catch (NumberFormatException e) {
            throw ApiException.badRequest("bad_cursor", "cursor must be the nextCursor of an answer of this list, or left out");
        }
    }

    private static Map<String, Object> shown(Letter letter) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", letter.id());
        shown.put("what", letter.kind());
        shown.put("code", letter.code());
        shown.put("reason", letter.reason());
        shown.put("remedy", letter.remedy());
        shown.put("at", letter.at().toString());
        shown.put("attempts", letter.attempts());
        shown.put("state", letter.state());
        shown.put("reference", letter.reference());
        shown.put("integrationId", letter.integration());
        shown.put("conversationId", letter.conversationId());
        shown.put("msgId", letter.msgId());
        return shown;
    }

    /**
     * Asks for the replay of all, or of those that the body names. What is in the answer is stored.
     *
     * @throws ApiException when the body is anything else: a misspelt {@code ids} must not replay all
     */
    public Map<String, Object> replay(@Body byte[] body) throws ApiException {
        Set<Long> ids = ids(body);
        Requested requested = ids == null ? deadLetters.replayAll() : deadLetters.replay(ids);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("count", requested.replayed().size());
        answer.put("replayed", requested.replayed());
        answer.put("alreadyReplayed", requested.alreadyReplayed());
        answer.put("unknown", requested.unknown());
        return answer;
    }

    /** Null for all. */
    private static Set<Long> ids(byte[] body) throws ApiException {
        if (body != null && body.length > MOST_BYTES) {
            throw ApiException.tooLarge(SHAPE);
        }
        JsonNode json = json(body);
        if (json == null || !json.isObject()) {
            throw ApiException.badRequest("bad_body", SHAPE);
        }
        for (Iterator<String> names = json.fieldNames(); names.hasNext();) {
            if (!names.next().equals("ids")) {
                throw ApiException.badRequest("unknown_argument", "There is an argument that is not ids. " + SHAPE);
            }
        }
        if (json.isEmpty()) {
            return null;
        }
        JsonNode ids = json.get("ids");
        if (!ids.isArray() || ids.size() > DeadLetters.MOST_IDS) {
            throw ApiException.badRequest("bad_ids", "ids must be a list. " + SHAPE);
        }
        Set<Long> wanted = new LinkedHashSet<>();
        for (JsonNode id : ids) {
            if (!id.isIntegralNumber() || !id.canConvertToLong()) {
                throw ApiException.badRequest("bad_ids", "ids must be whole numbers. " + SHAPE);
            }
            wanted.add(id.longValue());
        }
        return wanted;
    }

    private static JsonNode json(byte[] body) {
        try {
            return body == null ? null : JSON.readTree(body);
        } catch (IOException e) {
            return null;
        }
    }
}
