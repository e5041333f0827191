package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.EditDistance;

/** The messages that robots can send and the parameters of each, spelt as DingTalk wants them (docs/protocol.md 6.3.4). */
final class RobotTemplates {

    private record Template(List<String> needed, List<String> optional) {
    }

    private static final Map<String, Template> ALL = new LinkedHashMap<>();

    static {
        add("sampleText", List.of("content"));
        add("sampleMarkdown", List.of("title", "text"));
        add("sampleImageMsg", List.of("photoURL"));
        add("sampleLink", List.of("text", "title", "messageUrl"), "picUrl");
        add("sampleActionCard", List.of("title", "text", "singleTitle", "singleURL"));
        for (int buttons = 2; buttons <= 5; buttons++) {
            List<String> names = new ArrayList<>(List.of("title", "text"));
            for (int button = 1; button <= buttons; button++) {
                names.add("actionTitle" + button);
                names.add("actionURL" + button);
            }
            add("sampleActionCard" + buttons, names);
        }
        // two side by side, and names of their own
        add("sampleActionCard6", List.of("title", "text", "buttonTitle1", "buttonUrl1", "buttonTitle2", "buttonUrl2"));
        add("sampleAudio", List.of("mediaId", "duration"));
        add("sampleFile", List.of("mediaId", "fileName", "fileType"));
        add("sampleVideo", List.of("duration", "videoMediaId", "videoType", "picMediaId"), "height", "width");
    }

    private RobotTemplates() {
    }

    private static void add(String msgKey, List<String> needed, String... optional) {
        ALL.put(msgKey, new Template(List.copyOf(needed), List.of(optional)));
    }

    static boolean knows(String msgKey) {
        return ALL.containsKey(msgKey);
    }

    /** The message, or what is wrong with it. */
    static RobotMessage message(String msgKey, ObjectNode msgParam) throws ApiException {
        Template template = ALL.get(msgKey);
        if (template == null) {
            throw ToolCalls.bad("msgKey", "must be one of " + String.join(", ", ALL.keySet())
                    + ", or the id of a card's template, which ends in .schema"
                    + EditDistance.nearest(msgKey, ALL.keySet().stream()).map(near -> ". Did you mean " + near + "?").orElse(""));
        }
        for (String name : names(msgParam)) {
            if (!template.needed().contains(name) && !template.optional().contains(name)) {
                List<String> all = Stream.concat(template.needed().stream(), template.optional().stream()).toList();
                throw ToolCalls.bad("msgParam", "of " + msgKey + " has no " + name
                        + EditDistance.nearest(name, all.stream()).map(near -> ": did you mean " + near + "?").orElse(".")
                        + " It has " + String.join(", ", all));
            }
        }
        Map<String, String> param = texts(msgParam);
        for (String name : template.needed()) {
            if (param.getOrDefault(name, "").isBlank()) {
                throw ToolCalls.bad("msgParam", "of " + msgKey + " must have " + name);
            }
        }
        return new RobotMessage(msgKey, param);
    }

    private static List<String> names(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Every value a text, as DingTalk wants it (docs/protocol.md 6.5.1); what is no text becomes JSON. */
    static Map<String, String> texts(ObjectNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : names(object)) {
            JsonNode value = object.get(name);
            if (!value.isNull()) {
                texts.put(name, value.isTextual() ? value.textValue() : value.toString());
            }
        }
        return texts;
    }
}
