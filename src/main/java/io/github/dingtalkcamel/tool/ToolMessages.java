package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.api.DingTalkJson;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.chunk.Chunk;
import io.github.dingtalkcamel.component.chunk.Chunker;
import io.github.dingtalkcamel.component.chunk.EncodedSize;
import io.github.dingtalkcamel.component.chunk.MarkdownTitle;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.ExchangeProperty;

/**
 * What a call's arguments become: messages of the robot, or a card of the card platform. Errors in them are reported before anything is
 * sent.
 */
public final class ToolMessages {

    private static final int MOST_MESSAGES = 100;
    private static final int MOST_URL_BUTTONS = 5;
    private static final String TEMPLATE_SUFFIX = ".schema";

    private final Settings settings;

    public ToolMessages(Settings settings) {
        this.settings = settings;
    }

    /** The texts of {@code content}, one where it fits. */
    public List<RobotMessage> text(@ExchangeProperty(ToolCall.PROPERTY) ToolCall call) throws ApiException {
        return texts(call, call.text("content").orElseThrow());
    }

    private List<RobotMessage> texts(ToolCall call, String content) throws ApiException {
        return mentioning(call, chunks(call, "content", content).stream()
                .map(chunk -> new RobotMessage("sampleText", Map.of("content", chunk))).toList());
    }

    /** The messages of a rich notification; none where it is a card of the card platform. */
    public List<RobotMessage> rich(@ExchangeProperty(ToolCall.PROPERTY) ToolCall call,
            @ExchangeProperty(Card.PROPERTY) Card card) throws ApiException {
        if (card != null) {
            return List.of();
        }
        return switch (call.text("mode").orElseThrow()) {
            case "markdown" -> markdown(call, call.text("title").orElse(null),
                    call.text("markdown").orElseThrow(() -> ToolCalls.bad("markdown",
                            "is missing: with mode markdown it must be what is shown")));
            case "text" -> texts(call, call.text("content").or(() -> call.text("markdown"))
                    .orElseThrow(() -> ToolCalls.bad("content", "is missing: with mode text it must be what is shown")));
            case "interactive" -> mentioning(call, List.of(actionCard(CardArgument.of(call))));
            default -> mentioning(call, List.of(sized(RobotTemplates.message(msgKey(call), msgParam(call)), "msgParam")));
        };
    }

    private List<RobotMessage> markdown(ToolCall call, String title, String markdown) throws ApiException {
        List<RobotMessage> messages = new ArrayList<>();
        for (String chunk : chunks(call, "markdown", markdown)) {
            Map<String, String> param = new LinkedHashMap<>();
            param.put("title", title == null ? MarkdownTitle.of(chunk) : title);
            param.put("text", chunk);
            if (EncodedSize.of(param.get("title"), chunk) > EncodedSize.LIMIT) {
                // the chunk was cut so that it fits with the title that it has by itself
                param.put("title", MarkdownTitle.of(chunk));
            }
            messages.add(new RobotMessage("sampleMarkdown", param));
        }
        return mentioning(call, messages);
    }

    /** The messages, each with its mentions, as far as its type has them. */
    private static List<RobotMessage> mentioning(ToolCall call, List<RobotMessage> messages) throws ApiException {
        Mentions mentions = AtArgument.of(call);
        if (mentions.isEmpty() || messages.stream().anyMatch(message -> message.text() == null)) {
            return messages;
        }
        List<Mentions> each = mentions.among(messages.stream().map(RobotMessage::text).toList());
        return IntStream.range(0, messages.size()).mapToObj(i -> messages.get(i).mentioning(each.get(i))).toList();
    }

    private List<String> chunks(ToolCall call, String argument, String text) throws ApiException {
        int most = settings.integration(call.integration()).orElseThrow().maxMessageLength();
        boolean canMention = call.targets().stream().anyMatch(target -> target.type() == RecipientType.WEBHOOK);
        List<String> chunks = Chunker.withRoomFor(canMention ? AtArgument.of(call) : Mentions.NONE, most).chunks(text).stream()
                .map(Chunk::text).filter(chunk -> !chunk.isBlank()).toList();
        if (chunks.isEmpty() || chunks.size() > MOST_MESSAGES) {
            throw ToolCalls.bad(argument, "must fill 1 to " + MOST_MESSAGES + " messages of " + most
                    + " characters (dingtalk.max-message-length)");
        }
        return chunks;
    }

    private static RobotMessage actionCard(CardArgument card) throws ApiException {
        String text = card.markdown()
                .orElseThrow(() -> ToolCalls.bad("markdown",
                        "is missing: with mode interactive it, or card.markdown, must be the card's text"));
        List<Button> buttons = card.buttons().orElse(List.of());
        if (buttons.size() > MOST_URL_BUTTONS) {
            throw ToolCalls.bad("card.buttons", "must be at most " + MOST_URL_BUTTONS + " where all of them open addresses");
        }
        Map<String, String> param = new LinkedHashMap<>();
        param.put("title", card.title().orElseGet(() -> MarkdownTitle.of(text)));
        param.put("text", text);
        if (buttons.isEmpty()) {
            return sized(new RobotMessage("sampleMarkdown", param), "markdown");
        }
        if (buttons.size() == 1) {
            param.put("singleTitle", buttons.get(0).title());
            param.put("singleURL", buttons.get(0).url());
            return sized(new RobotMessage("sampleActionCard", param), "markdown");
        }
        boolean horizontal = card.horizontal() && buttons.size() == 2;
        for (int i = 1; i <= buttons.size(); i++) {
            param.put((horizontal ? "buttonTitle" : "actionTitle") + i, buttons.get(i - 1).title());
            param.put((horizontal ? "buttonUrl" : "actionURL") + i, buttons.get(i - 1).url());
        }
        return sized(new RobotMessage("sampleActionCard" + (horizontal ? 6 : buttons.size()), param), "markdown");
    }

    /**
     * The card of the card platform that is asked for: by its buttons that call back, by a template's id or variables; null where it is
     * none.
     */
    public Card card(@ExchangeProperty(ToolCall.PROPERTY) ToolCall call) throws ApiException {
        Card card = cardOrNull(call);
        if (card != null && call.targets().stream().anyMatch(target -> target.type() == RecipientType.WEBHOOK)) {
            throw ToolCalls.bad("recipient_type", "must not be webhook: a custom robot shows no cards of the card platform");
        }
        return card;
    }

    private Card cardOrNull(ToolCall call) throws ApiException {
        String mode = call.text("mode").orElseThrow();
        if (mode.equals("template") && msgKey(call).endsWith(TEMPLATE_SUFFIX)) {
            return new Card(msgKey(call), RobotTemplates.texts(msgParam(call)));
        }
        if (!mode.equals("interactive")) {
            return null;
        }
        CardArgument card = CardArgument.of(call);
        if (!card.callsBack() && card.templateId().isEmpty() && card.params().isEmpty()) {
            return null;
        }
        Integration integration = settings.integration(call.integration()).orElseThrow();
        if (card.templateId().isEmpty() && card.params().isEmpty() && card.markdown().isEmpty()) {
            throw ToolCalls.bad("markdown", "is missing: with mode interactive it, or card.markdown, must be the card's text");
        }
        Map<String, String> params = variables(card);
        // a template of the caller's own gets what the caller gives, and nothing made up
        card.markdown().ifPresent(markdown -> params.putIfAbsent("title", MarkdownTitle.of(markdown)));
        return new Card(card.templateId().orElse(integration.cardTemplateId()), params);
    }

    /** Of a card that is there: the variables that the call gives, and no others. */
    public Card changes(@ExchangeProperty(ToolCall.PROPERTY) ToolCall call, @ExchangeProperty(SentMessage.PROPERTY) SentMessage sent)
            throws ApiException {
        Map<String, String> params = switch (call.text("mode").orElseThrow()) {
            case "template" -> RobotTemplates.texts(msgParam(call));
            case "text" -> Map.of("markdown", call.text("content").or(() -> call.text("markdown"))
                    .orElseThrow(() -> ToolCalls.bad("content", "is missing: with mode text it must be what is shown")));
            default -> variables(CardArgument.of(call));
        };
        if (params.isEmpty()) {
            throw ToolCalls.bad("card", "must have what is to change: title, markdown, buttons, or params (cardData.cardParamMap)");
        }
        return new Card(null, inItsVariables(params, sent));
    }

    /** A card that shows a reply holds its text in a variable of its own template, and has no title. */
    private Map<String, String> inItsVariables(Map<String, String> params, SentMessage sent) {
        String variable = settings.integration(sent.integration()).orElseThrow().streaming().cardContentKey();
        if (!params.containsKey("markdown") || sent.cardParams().containsKey("markdown") || !sent.cardParams().containsKey(variable)) {
            return params;
        }
        Map<String, String> its = new LinkedHashMap<>(params);
        its.put(variable, its.remove("markdown"));
        return its;
    }

    private static Map<String, String> variables(CardArgument card) {
        Map<String, String> params = new LinkedHashMap<>();
        card.title().ifPresent(title -> params.put("title", title));
        card.markdown().ifPresent(markdown -> params.put("markdown", markdown));
        card.buttons().ifPresent(buttons -> params.put("sys_full_json_obj", buttons(buttons)));
        params.putAll(card.params());
        return params;
    }

    /** As the public template of docs/protocol.md 6.5.8 wants them. */
    private static String buttons(List<Button> buttons) {
        ObjectNode object = Json.MAPPER.createObjectNode();
        ArrayNode list = object.putArray("msgButtons");
        for (Button button : buttons) {
            ObjectNode one = list.addObject().put("text", button.title()).put("color", list.size() == 1 ? "blue" : "gray");
            if (button.url() != null) {
                one.put("url", button.url());
            } else {
                one.put("id", button.action()).put("request", true);
            }
        }
        return object.toString();
    }

    private static String msgKey(ToolCall call) throws ApiException {
        return call.text("msgKey").orElseThrow(() -> ToolCalls.bad("msgKey",
                "is missing: with mode template it must be a message's or a card's template"));
    }

    private static ObjectNode msgParam(ToolCall call) throws ApiException {
        return call.object("msgParam")
                .orElseThrow(() -> ToolCalls.bad("msgParam",
                        "is missing: with mode template it must be an object with the template's parameters"));
    }

    private static RobotMessage sized(RobotMessage message, String argument) throws ApiException {
        if (size(message.msgParam()) > EncodedSize.LIMIT) {
            throw ToolCalls.bad(argument, "is too long: a " + message.msgKey() + " has at most " + EncodedSize.LIMIT + " bytes");
        }
        return message;
    }

    /** Bytes of {@code msgParam}, which DingTalk's limit is on. */
    private static int size(Map<String, String> msgParam) {
        return DingTalkJson.bytes(msgParam).length;
    }
}
