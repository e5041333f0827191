package io.github.dingtalkcamel.reply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkJson;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.chunk.MarkdownTitle;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;

/** What the robot API is sent to reply to a person or in a group (docs/protocol.md 6.3), and what its answer says of the recipient. */
public final class RobotApi {

    private final Settings settings;

    public RobotApi(Settings settings) {
        this.settings = settings;
    }

    /** Body of {@code groupMessages/send} with the next chunk. */
    public Map<String, Object> groupMessage(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message,
            @ExchangeProperty(Reply.PROPERTY) Reply reply) {
        Map<String, Object> body = markdown(message, reply);
        body.put("openConversationId", message.conversationId());
        return body;
    }

    /**
     * Body of {@code oToMessages/batchSend} with the next chunk.
     *
     * @throws RejectedException when the sender has no staff id, as people from outside the organisation
     */
    public Map<String, Object> directMessage(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message,
            @ExchangeProperty(Reply.PROPERTY) Reply reply) throws RejectedException {
        if (message.sender().staffId() == null) {
            throw new RejectedException("noStaffId", "The sender has no staff id, so only the session webhook could have reached them",
                    "People outside the organisation must be answered while the session webhook lives; publish the app if this is one of your own people",
                    null);
        }
        Map<String, Object> body = markdown(message, reply);
        body.put("userIds", List.of(message.sender().staffId()));
        return body;
    }

    private Map<String, Object> markdown(InboundMessage message, Reply reply) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("robotCode", settings.integration(message.integration()).orElseThrow().robotCode().orElseThrow());
        body.put("msgKey", "sampleMarkdown");
        body.put("msgParam", DingTalkJson.text(markdownParam(reply.next())));
        return body;
    }

    private static Map<String, String> markdownParam(String text) {
        Map<String, String> param = new LinkedHashMap<>();
        param.put("title", MarkdownTitle.of(text));
        param.put("text", text);
        return param;
    }

    /** A success may still have left out the one recipient there is. */
    public void checkRecipient(@Body JsonNode answer) throws RejectedException, ThrottledException {
        if (!answer.path("invalidStaffIdList").isEmpty()) {
            throw new RejectedException("invalidStaffId", "oToMessages/batchSend: DingTalk does not know the sender's staff id, or the app may not see it",
                    "Put the person into the app's visible range in DingTalk's console", null);
        }
        if (!answer.path("flowControlledStaffIdList").isEmpty()) {
            throw new ThrottledException("flowControlled", "oToMessages/batchSend: the recipient gets too many messages just now",
                    "It is tried again; if this lasts, send less to this person", null);
        }
    }
}
