package io.github.dingtalkcamel.component.dingtalk;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.RobotAddress;
import io.github.dingtalkcamel.component.api.WebhookMessage;
import io.github.dingtalkcamel.component.chunk.MarkdownTitle;
import org.apache.camel.Exchange;

/**
 * {@code dingtalk:robot}: a message of a custom robot to its group, signed where the robot has a secret. The robot is that of exchange
 * property {@link RobotAddress#PROPERTY}, else that of the endpoint. Leaves the exchange's message as it is.
 */
final class RobotOperation implements Operation {

    private final Api api;
    private final DingTalkConfiguration uri;
    /** That of the endpoint; null where it has none, and the exchanges bring their own. */
    private final RobotAddress own;

    RobotOperation(Api api, DingTalkConfiguration uri) {
        this.api = api;
        this.uri = uri;
        DingTalkApp app = api.app();
        if (uri.getWebhookUrl() != null) {
            own = new RobotAddress(app.name(), webhook(uri.getWebhookUrl()), DingTalkEndpoint.secret(uri.getSecret()), app.names());
        } else {
            own = app.webhookUrl().isSet() ? new RobotAddress(app.name(), webhook(app.webhookUrl().reveal()), app.webhookSecret(),
                    app.names()) : null;
        }
    }

    private URI webhook(String text) {
        try {
            URI url = new URI(text.strip());
            boolean web = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
            if (web && url.getHost() != null && url.getRawUserInfo() == null && url.getRawPath().endsWith("/robot/send")
                    && url.getRawQuery() != null && url.getRawQuery().matches("access_token=[^&]+")) {
                return url;
            }
        } catch (URISyntaxException e) {
            // reported below, without the URL, which is a secret
        }
        throw needsAddress();
    }

    private IllegalArgumentException needsAddress() {
        return new IllegalArgumentException("dingtalk:robot needs " + api.app().names().of("webhookUrl")
                + " as the robot's settings in the group show it:"
                + " https://oapi.dingtalk.com/robot/send?access_token=…");
    }

    /** Only an object of this class, which no part of a message can be. */
    private RobotAddress address(Exchange exchange) {
        Object given = exchange.getProperty(RobotAddress.PROPERTY);
        if (given != null && !(given instanceof RobotAddress)) {
            throw new IllegalArgumentException("Exchange property " + RobotAddress.PROPERTY + " must be a RobotAddress, not a "
                    + given.getClass().getName());
        }
        if (given == null && own == null) {
            throw needsAddress();
        }
        return given == null ? own : (RobotAddress) given;
    }

    @Override
    public CompletableFuture<?> perform(Exchange exchange) throws RejectedException {
        RobotAddress robot = address(exchange);
        MessageOptions options = new MessageOptions(exchange, uri);
        String json = WebhookMessage.of(message(exchange, options)).json();
        String given = options.text(DingTalkConstants.MSG_UUID, null);
        String uuid = given != null ? given : UUID.nameUUIDFromBytes((exchange.getExchangeId() + '\n' + json)
                .getBytes(StandardCharsets.UTF_8)).toString();
        return api.post(exchange, robot, WebhookMessage.withUuid(json, uuid));
    }

    /** The body in the robot's own form; a body that has this form already is sent as it is. */
    private static Object message(Exchange exchange, MessageOptions options) {
        Object body = exchange.getMessage().getBody();
        if (body instanceof Map<?, ?> map && map.get("msgtype") != null || body instanceof JsonNode tree && tree.hasNonNull("msgtype")) {
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
