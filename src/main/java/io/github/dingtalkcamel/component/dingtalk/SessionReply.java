package io.github.dingtalkcamel.component.dingtalk;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.WebhookAddresses;
import io.github.dingtalkcamel.component.chunk.Asker;
import io.github.dingtalkcamel.component.chunk.Chunker;
import io.github.dingtalkcamel.component.chunk.MarkdownTitle;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.Exchange;

/**
 * Replies by the session webhook that came with a message: it needs no token and can mention people, but it expires.
 *
 * @param asker  the user that the first message mentions before its text, or null
 * @param others users that the reply mentions beside the asker; none in a DM
 */
record SessionReply(Api api, InboundMessage message, MessageOptions options, String asker, Mentions others) {

    private static final Duration MARGIN = Duration.ofSeconds(60);

    static SessionReply of(Api api, InboundMessage message, MessageOptions options) {
        boolean group = message.conversationType() == ConversationType.GROUP;
        boolean mention = options.flag(DingTalkConstants.MENTION_SENDER, options.uri().isMentionSender());
        return new SessionReply(api, message, options, mention ? Asker.of(message).orElse(null) : null, group ? options.mentions()
                : Mentions.NONE);
    }

    /** Cuts the reply so that each message has room for its mentions. */
    Chunker chunker(int most) {
        return Chunker.withRoomFor(asker == null ? others : others.withFirst(asker), most);
    }

    /** True while it has more than a minute to live and is DingTalk's: the address came with the message, and no other one is posted to. */
    boolean isUsable() {
        URI webhook = message.sessionWebhook();
        DingTalkApp app = api.app();
        return webhook != null && isAlive() && !api.component().expiredSessions().contains(webhook)
               && new WebhookAddresses(app.apiBaseUrl(), app.oapiBaseUrl()).isSessionWebhook(webhook);
    }

    private boolean isAlive() {
        return message.sessionWebhookExpiresAt() != null && api.now().plus(MARGIN).isBefore(message.sessionWebhookExpiresAt());
    }

    /**
     * Sends one message. The same one always has the same {@code msgUuid}, so that DingTalk shows it once.
     *
     * @param named users that this message mentions beside the asker
     */
    CompletableFuture<JsonNode> send(Exchange exchange, String text, int number, Mentions named) {
        String first = number == 0 && asker != null ? "@" + asker + " " : "";
        Mentions all = first.isEmpty() ? named : named.withFirst(asker);
        String words = (first + named.missingIn(first + text)).stripTrailing();
        String title = options.title() == null ? MarkdownTitle.of(text) : options.title();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("msgtype", "markdown");
        body.put("markdown", Map.of("title", title, "text", words.isEmpty() ? text : words + "\n\n" + text));
        if (!all.isEmpty()) {
            body.put("at", all.at());
        }
        body.put("msgUuid", msgUuid(exchange, text, number));
        return api.post(exchange, ApiRequest.SESSION_WEBHOOK, message.sessionWebhook(), body);
    }

    private String msgUuid(Exchange exchange, String text, int number) {
        String given = options.text(DingTalkConstants.MSG_UUID, null);
        if (given != null && number == 0) {
            return given;
        }
        String what = given != null ? given + '\n' + number
                : String.join("\n", message.integration(), message.msgId(), exchange.getExchangeId(), String.valueOf(number), text);
        return UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
