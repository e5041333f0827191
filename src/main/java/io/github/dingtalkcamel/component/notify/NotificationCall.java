package io.github.dingtalkcamel.component.notify;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.SensitiveOptions;
import io.github.dingtalkcamel.component.text.Truncation;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;

/**
 * The steps around the HTTP call of the kamelet {@code dingtalk-notify-sink}: the request is made of the body, the answer is checked, and
 * the exchange has its own headers again.
 * <p>
 * Promises: the request has no header of the exchange's, and the exchange keeps no header of the request, the token least of all; the
 * exchange succeeds only where each recipient's result is a success. One bean serves many exchanges at a time.
 */
public final class NotificationCall implements CamelContextAware {

    /** Header: the id by which a repeated call is known. */
    public static final String REQUEST_ID = "requestId";

    private static final String TOOLS = "/api/dingtalk/tools/";
    private static final String HEADERS = "CamelDingTalkNotificationHeaders";
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {
    };
    private static final int OK = 200;
    private static final int MOST_NAMED = 10;
    private static final int SHOWN = 100;
    private static final int LONGEST_MESSAGE = 2_000;
    private static final int MOST_BYTES = 4 << 20;

    private CamelContext camelContext;
    private String apiToken = "";
    private String recipientType = "";
    private String recipientId = "";
    private Mode mode = Mode.text;
    private String title = "";

    /** The format of the body. */
    public enum Mode {
        text, markdown
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
        SensitiveOptions.mask(camelContext);
    }

    public void setApiToken(String apiToken) {
        this.apiToken = apiToken.strip();
        KnownSecrets.keep(this.apiToken);
    }

    public void setRecipientType(String recipientType) {
        this.recipientType = recipientType;
    }

    public void setRecipientId(String recipientId) {
        this.recipientId = recipientId;
    }

    public void setMode(Mode mode) {
        this.mode = mode;
    }

    public void setTitle(String title) {
        this.title = title;
    }

    /**
     * Makes the request of the body, and keeps the exchange's headers for {@link #restoreHeaders}.
     *
     * @throws InvalidPayloadException where the body is no text and can't be made one
     */
    public void prepareRequest(Exchange exchange) throws InvalidPayloadException, JsonProcessingException {
        Message message = exchange.getMessage();
        exchange.setProperty(HEADERS, new HashMap<>(message.getHeaders()));
        byte[] request = Json.MAPPER.writeValueAsBytes(arguments(message));
        message.removeHeaders("*");
        message.setBody(request);
        message.setHeader(Exchange.HTTP_METHOD, "POST");
        message.setHeader(Exchange.HTTP_PATH, TOOLS + tool());
        message.setHeader(Exchange.CONTENT_TYPE, "application/json; charset=utf-8");
        message.setHeader("Authorization", "Bearer " + apiToken);
    }

    private String tool() {
        return mode == Mode.text ? "dingtalk_send_text_notification" : "dingtalk_send_rich_notification";
    }

    private ObjectNode arguments(Message message) throws InvalidPayloadException {
        ObjectNode arguments = Json.MAPPER.createObjectNode();
        String text = message.getMandatoryBody(String.class);
        if (mode == Mode.text) {
            arguments.put("content", text);
        } else {
            arguments.put("mode", "markdown").put("markdown", text);
            put(arguments, "title", header(message, DingTalkConstants.TITLE, title));
        }
        put(arguments, "recipient_type", header(message, DingTalkConstants.RECIPIENT_TYPE, recipientType));
        List<String> recipients = recipients(message);
        if (recipients.size() == 1) {
            arguments.put("recipient_id", recipients.get(0));
        } else if (!recipients.isEmpty()) {
            recipients.forEach(arguments.putArray("recipient_id")::add);
        }
        put(arguments, "requestId", header(message, REQUEST_ID, ""));
        return arguments;
    }

    private static String header(Message message, String name, String otherwise) {
        String value = message.getHeader(name, String.class);
        return value == null ? otherwise : value;
    }

    private static void put(ObjectNode arguments, String name, String value) {
        if (!value.isBlank()) {
            arguments.put(name, value);
        }
    }

    private List<String> recipients(Message message) {
        Object header = message.getHeader(DingTalkConstants.RECIPIENT_ID);
        if (header instanceof Collection<?> several) {
            return several.stream().map(String::valueOf).toList();
        }
        String text = header == null ? recipientId : header.toString();
        return Arrays.stream(text.split(",")).map(String::strip).filter(each -> !each.isEmpty()).toList();
    }

    /**
     * Makes the result, a map, the body.
     *
     * @throws NotificationException where the call was refused, or a recipient was not reached
     */
    public void checkResult(Exchange exchange) throws NotificationException {
        Message message = exchange.getMessage();
        Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        JsonNode result = result(answer(message));
        if (status == null || status != OK || !result.path("results").isArray() && !result.has("error")) {
            throw new NotificationException(refusal(status, result), status == null || status == OK ? 0 : status, List.of());
        }
        List<String> failed = new ArrayList<>();
        StringBuilder reasons = new StringBuilder();
        for (JsonNode target : result.path("results")) {
            if (!target.path("success").asBoolean(false)) {
                failed.add(target.path("target").asText());
                if (failed.size() <= MOST_NAMED) {
                    reasons.append("; ").append(target.path("target").asText()).append(": ").append(error(target.path("error")));
                }
            }
        }
        if (result.path("error").isObject()) {
            reasons.append("; ").append(error(result.path("error")));
        }
        if (!reasons.isEmpty()) {
            throw new NotificationException(clean("The notification did not reach " + failed.size() + " of " + result.path("results").size()
                    + " recipients" + reasons), status, failed);
        }
        message.setBody(Json.MAPPER.convertValue(result, MAP));
    }

    /** As much of the answer as a result of 1,000 recipients can need; another server may answer without an end. */
    private static byte[] answer(Message message) throws NotificationException {
        try (InputStream body = message.getBody(InputStream.class)) {
            return body == null ? new byte[0] : body.readNBytes(MOST_BYTES);
        } catch (IOException e) {
            throw new NotificationException(
                    "The answer broke off, so it is not known what was sent. With a requestId the call can be repeated: "
                    + e.getMessage(), 0, List.of());
        }
    }

    private static JsonNode result(byte[] answer) {
        try {
            JsonNode result = Json.MAPPER.readTree(answer);
            return result.isObject() ? result : Json.MAPPER.createObjectNode();
        } catch (IOException e) {
            return Json.MAPPER.createObjectNode().put("text", Truncation.of(new String(answer, StandardCharsets.UTF_8), SHOWN));
        }
    }

    private static String refusal(Integer status, JsonNode answer) {
        if (answer.path("error").isObject()) {
            return clean("The notification was refused with status " + status + ", " + error(answer.path("error")));
        }
        return clean("The answer with status " + status + " is not of dingtalk-camel's tools: check the option url, which has the origin"
                + " alone. It begins: " + answer.path("text").asText(""));
    }

    private static String error(JsonNode error) {
        String hint = error.path("hint").asText("");
        return error.path("code").asText() + ": " + error.path("message").asText() + (hint.isEmpty() ? "" : " (" + hint + ")");
    }

    /** The other side may quote what it was sent. */
    private static String clean(String text) {
        return KnownSecrets.clean(text, LONGEST_MESSAGE);
    }

    /** Gives the exchange the headers that it had before the call. */
    public void restoreHeaders(Exchange exchange) {
        Map<?, ?> headers = exchange.removeProperty(HEADERS) instanceof Map<?, ?> kept ? kept : Map.of();
        exchange.getMessage().removeHeaders("*");
        headers.forEach((name, value) -> exchange.getMessage().setHeader((String) name, value));
    }
}
