package io.github.dingtalkcamel.tool;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.chunk.MarkdownTitle;
import io.github.dingtalkcamel.component.message.CardText;
import io.github.dingtalkcamel.component.message.TextForms;

/** The text of a message or a card that a tool sends, for quotes and histories. Pictures and files have the forms that agents know. */
final class MessageText {

    private MessageText() {
    }

    static String of(RobotMessage message, TextForms forms) {
        Map<String, String> param = message.msgParam();
        return switch (message.msgKey()) {
            case "sampleText" -> param.getOrDefault("content", "");
            case "sampleMarkdown" -> titled(param);
            case "sampleLink" -> Stream.of("title", "text", "messageUrl").map(param::get).filter(text -> text != null && !text.isBlank())
                    .collect(Collectors.joining("\n"));
            case "sampleImageMsg" -> forms.picture();
            case "sampleAudio" -> forms.voice();
            case "sampleVideo" -> forms.video();
            case "sampleFile" -> forms.file(param.get("fileName"));
            default -> titled(param);
        };
    }

    static String of(Card card) {
        Map<String, String> params = new LinkedHashMap<>(card.params());
        if (isPartOf(params.getOrDefault("title", ""), params.getOrDefault("markdown", ""))) {
            params.remove("title");
        }
        return CardText.ofParams(params);
    }

    private static String titled(Map<String, String> param) {
        String title = param.getOrDefault("title", "").strip();
        String text = param.getOrDefault("text", "");
        return title.isEmpty() || isPartOf(title, text) ? text : title + "\n\n" + text;
    }

    /** A title that was made of the text is not said twice. */
    private static boolean isPartOf(String title, String text) {
        return text.contains(title) || title.equals(MarkdownTitle.of(text));
    }
}
