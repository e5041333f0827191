package io.github.dingtalkcamel.admin;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.turn.MessageTrace;
import org.apache.camel.ExchangeProperty;

/** {@code GET /api/dingtalk/messages/{integrationId}/{msgId}} (docs/api.md). */
public final class MessagesApi {

    private final MessageTrace traces;

    public MessagesApi(MessageTrace traces) {
        this.traces = traces;
    }

    /** The trace of the message that the path names. */
    public ObjectNode trace(@ExchangeProperty(ApiCall.PROPERTY) ApiCall call) throws ApiException {
        return traces.of(call.part(1), call.part(2)).orElseThrow(() -> ApiException.notFound("unknown_message",
                "This integration got no such message, or it is no longer kept: check the integration's id and DingTalk's msgId"));
    }
}
