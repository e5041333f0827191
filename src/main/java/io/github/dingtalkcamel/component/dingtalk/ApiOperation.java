package io.github.dingtalkcamel.component.dingtalk;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.Addresses;
import org.apache.camel.Exchange;

/**
 * {@code dingtalk:api}: any path of DingTalk's API, with the app's access token. The body goes out as JSON, and the answer comes back as a
 * map.
 */
record ApiOperation(Api api, DingTalkConfiguration uri) implements Operation {

    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "DELETE", "PATCH");
    private static final Set<String> WITHOUT_BODY = Set.of("GET", "DELETE");

    @Override
    public CompletableFuture<?> perform(Exchange exchange) {
        MessageOptions options = new MessageOptions(exchange, uri);
        String path = options.required(DingTalkConstants.PATH, uri.getPath(), "path", "dingtalk:api");
        String method = options.text(DingTalkConstants.HTTP_METHOD, uri.getHttpMethod()).toUpperCase(Locale.ROOT);
        if (!METHODS.contains(method)) {
            throw new IllegalArgumentException("Option httpMethod must be GET, POST, PUT, DELETE or PATCH");
        }
        check(path);
        return api.call(exchange, method, path, body(exchange, method)).thenAccept(answer -> exchange.getMessage()
                .setBody(Delivered.map(answer)));
    }

    /** The path stays below its base URL, with the token. */
    private void check(String path) {
        try {
            URI base = api.app().baseUrlOf(path);
            URI address = Addresses.of(base, path);
            if (path.startsWith("/") && !path.startsWith("//") && Addresses.sameOrigin(base, address) && address.normalize().equals(address)
                    && address.getRawFragment() == null) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw new IllegalArgumentException("Option path must be a path of DingTalk's API, such as /v1.0/robot/ding/send,"
                + " its special characters encoded");
    }

    private static Object body(Exchange exchange, String method) {
        Object body = exchange.getMessage().getBody();
        boolean none = body == null || "".equals(body);
        if (none || WITHOUT_BODY.contains(method)) {
            return WITHOUT_BODY.contains(method) ? null : Map.of();
        }
        JsonNode tree = RobotMessageBody.tree(body);
        if (tree == null || !tree.isContainerNode()) {
            throw new IllegalArgumentException("The body of a message to dingtalk:api must be a map, a list, or the text of a JSON value");
        }
        return tree;
    }
}
