package io.github.dingtalkcamel.component.dingtalk;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.SignedUrl;
import io.github.dingtalkcamel.component.api.WebhookMessage;
import io.github.dingtalkcamel.component.chunk.MarkdownTitle;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.apache.camel.Exchange;

/**
 * {@code dingtalk:robot}: a message of a custom robot to its group, signed where the robot has a secret. Leaves the exchange's message as
 * it is.
 */
final class RobotOperation implements Operation {

    private final Api api;
    private final DingTalkConfiguration uri;
    private final URI webhook;
    private final Secret secret;

    RobotOperation(Api api, DingTalkConfiguration uri) {
        this.api = api;
        this.uri = uri;
        this.webhook = webhook(uri.getWebhookUrl() == null ? api.app().webhookUrl().reveal() : uri.getWebhookUrl(), api);
        this.secret = uri.getWebhookUrl() == null ? api.app().webhookSecret() : DingTalkEndpoint.secret(uri.getSecret());
    }

    private static URI webhook(String text, Api api) {
        try {
            URI url = new URI(text.strip());
            boolean web = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
            if (web && url.getHost() != null && url.getRawUserInfo() == null && url.getRawPath().endsWith("/robot/send")
                    && url.getRawQuery() != null && url.getRawQuery().matches("access_token=[^&]+")) {
                return url;
            }
        } catch (URISyntaxException e) {
            // told below, without the URL, which is a secret
        }
        throw new IllegalArgumentException("dingtalk:robot needs " + api.app().names().of("webhookUrl")
                + " as the robot's settings in the group show it:"
                + " https://oapi.dingtalk.com/robot/send?access_token=…");
    }

    @Override
    public CompletableFuture<?> perform(Exchange exchange) throws RejectedException {
        MessageOptions options = new MessageOptions(exchange, uri);
        String json = WebhookMessage.of(message(exchange, options)).json();
        String given = options.text(DingTalkConstants.MSG_UUID, null);
        String uuid = given != null ? given : UUID.nameUUIDFromBytes((exchange.getExchangeId() + '\n' + json)
                .getBytes(StandardCharsets.UTF_8)).toString();
        URI address = secret.isSet() ? SignedUrl.of(webhook, api.now().toEpochMilli(), secret) : webhook;
        return api.post(exchange, ApiRequest.CUSTOM_ROBOT, address, WebhookMessage.withUuid(json, uuid));
    }

    /** The body in the robot's own form; a body that has this form already is sent as it is. */
    private static Object message(Exchange exchange, MessageOptions options) {
        Object body = exchange.getMessage().getBody();
        if (body instanceof Map<?, ?> map && map.get("msgtype") != null) {
            return body;
        }
        String format = options.format();
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("msgtype", format);
        message.put(format, switch (format) {
            case "text" -> Map.of("content", RobotMessageBody.text(exchange));
            case "markdown" -> markdown(RobotMessageBody.text(exchange), options.title());
            default -> content(body, format);
        });
        Mentions mentions = options.mentions();
        if (!mentions.isEmpty()) {
            message.put("at", mentions.at());
        }
        return message;
    }

    private static Map<String, String> markdown(String text, String title) {
        return Map.of("title", title == null ? MarkdownTitle.of(text) : title, "text", text);
    }

    private static JsonNode content(Object body, String format) {
        JsonNode tree = RobotMessageBody.tree(body);
        if (tree == null || !tree.isObject()) {
            throw new IllegalArgumentException("The body must hold the fields of " + format + ": a map, or the text of a JSON object");
        }
        return tree;
    }
}
