package io.github.dingtalkcamel.reply;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;

/** A chunk of a reply as {@code dingtalk:reply} takes it: its text, and as headers its key and its mentions. Nothing else controls it. */
final class ChunkMessage {

    /** Header: the number of the chunk, the first is 0. */
    static final String NUMBER = "CamelDingTalkChunk";

    private ChunkMessage() {
    }

    /**
     * The same chunk always has the same key, so that DingTalk shows it once, however often it is sent.
     *
     * @param kind     tells replies to the same message apart
     * @param mentions mentions beside the asker, whom the first chunk mentions
     */
    static Message of(CamelContext context, InboundMessage message, String kind, int number, String text, Mentions mentions) {
        Message chunk = new DefaultMessage(context);
        chunk.setBody(text);
        identify(chunk, message, kind, number);
        chunk.setHeader(DingTalkConstants.MENTION_SENDER, number == 0);
        if (!mentions.isEmpty()) {
            chunk.setHeader(DingTalkConstants.AT_USER_IDS, mentions.userIds());
            chunk.setHeader(DingTalkConstants.AT_MOBILES, mentions.mobiles());
            chunk.setHeader(DingTalkConstants.AT_ALL, mentions.all());
        }
        return chunk;
    }

    /** Gives a message its number and its key. */
    static void identify(Message chunk, InboundMessage message, String kind, int number) {
        chunk.setHeader(NUMBER, number);
        chunk.setHeader(DingTalkConstants.MSG_UUID, uuid(message, kind, number));
    }

    private static String uuid(InboundMessage message, String kind, int number) {
        String what = message.integration() + '\n' + message.msgId() + '\n' + kind + '\n' + number;
        return UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
