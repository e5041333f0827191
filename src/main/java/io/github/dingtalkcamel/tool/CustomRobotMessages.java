package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.api.RejectedException;

/** Messages of the app's robot as custom robots take them, with the spelling of those (docs/protocol.md 6.2). */
final class CustomRobotMessages {

    private CustomRobotMessages() {
    }

    static Map<String, Object> of(RobotMessage message) throws RejectedException {
        Map<String, Object> body = content(message);
        if (!message.mentions().isEmpty()) {
            body.put("at", message.mentions().at());
        }
        return body;
    }

    private static Map<String, Object> content(RobotMessage message) throws RejectedException {
        Map<String, String> param = message.msgParam();
        return switch (message.msgKey()) {
            case "sampleText" -> body("text", Map.of("content", param.get("content")));
            case "sampleMarkdown" -> body("markdown", param);
            case "sampleLink" -> body("link", param);
            case "sampleActionCard" -> body("actionCard", param);
            case "sampleActionCard2", "sampleActionCard3", "sampleActionCard4",
                    "sampleActionCard5" -> buttons(param, "actionTitle", "actionURL", "0");
            case "sampleActionCard6" -> buttons(param, "buttonTitle", "buttonUrl", "1");
            default -> throw new RejectedException("unsupported", "A custom robot can't send a " + message.msgKey(),
                    "Send text, markdown, a link or a card whose buttons open addresses, or use an app's robot", null);
        };
    }

    private static Map<String, Object> buttons(Map<String, String> param, String title, String url, String orientation) {
        List<Map<String, String>> buttons = new ArrayList<>();
        for (int i = 1; param.containsKey(title + i); i++) {
            buttons.add(Map.of("title", param.get(title + i), "actionURL", param.get(url + i)));
        }
        return body("actionCard",
                Map.of("title", param.get("title"), "text", param.get("text"), "btnOrientation", orientation, "btns", buttons));
    }

    private static Map<String, Object> body(String msgtype, Map<String, ?> content) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("msgtype", msgtype);
        body.put(msgtype, content);
        return body;
    }
}
