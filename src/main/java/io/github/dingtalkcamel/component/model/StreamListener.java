package io.github.dingtalkcamel.component.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventContext;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import io.github.dingtalkcamel.component.json.Json;

/**
 * Passes the events of a stream on and notices that it is whole. After that no failure is passed on; the end is passed on once, with the
 * mark {@code [DONE]} or where the stream ends.
 */
final class StreamListener implements ServerSentEventListener {

    /** The mark at the end of a stream. */
    static final String DONE = "[DONE]";

    private final ServerSentEventListener next;
    private final Runnable finished;
    private boolean whole;
    private boolean ended;

    StreamListener(ServerSentEventListener next, Runnable finished) {
        this.next = next;
        this.finished = finished;
    }

    @Override
    public void onEvent(ServerSentEvent event, ServerSentEventContext context) {
        if (ended) {
            return;
        }
        if (DONE.equals(event.data())) {
            becomesWhole();
            onClose();
            return;
        }
        // some servers report a failure within the stream
        JsonNode data = read(event.data());
        if (!whole && data.path("error").isObject()) {
            ended = true;
            next.onError(new HttpRefusal(StreamError.status(data.get("error")), event.data(), null));
            return;
        }
        next.onEvent(event, context);
        if (data.at("/choices/0/finish_reason").isTextual()) {
            becomesWhole();
        }
    }

    private static JsonNode read(String data) {
        try {
            JsonNode node = Json.MAPPER.readTree(data);
            return node == null ? Json.MAPPER.missingNode() : node;
        } catch (JsonProcessingException e) {
            return Json.MAPPER.missingNode();
        }
    }

    private void becomesWhole() {
        if (!whole) {
            whole = true;
            finished.run();
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (whole) {
            onClose();
        } else if (!ended) {
            ended = true;
            next.onError(failure);
        }
    }

    @Override
    public void onClose() {
        if (!ended) {
            ended = true;
            next.onClose();
        }
    }
}
