package io.github.dingtalkcamel.simulator.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.text.Json;

/**
 * The message templates of the robot API: msgKeys, the fields they want, and what is said if one is missing (docs/protocol.md 6.3.4,
 * 6.3.5).
 */
final class RobotTemplate {

    private static final Map<String, RobotTemplate> ALL = new LinkedHashMap<>();

    static {
        String noCode = "invalidParameter.param.invalid";
        new RobotTemplate("sampleText", null, "content").wants("content", "miss.param.contentOfText");
        new RobotTemplate("sampleMarkdown", "title", "text")
                .wants("title", "miss.param.markdownTotitle").wants("text", "miss.param.markdownTotext");
        new RobotTemplate("sampleImageMsg", null, null).wants("photoURL", "miss.param.photoTophotoUrl");
        new RobotTemplate("sampleLink", "title", "text")
                .wants("text", "miss.param.textOfLink").wants("title", "miss.param.titleOfLink")
                .wants("messageUrl", "miss.param.messageUrlOfLink");
        card("sampleActionCard")
                .wants("singleTitle", "miss.param.actionCardTosingleTitle").wants("singleURL", "miss.param.actionCardTosingleUrl");
        for (int buttons = 2; buttons <= 5; buttons++) {
            RobotTemplate card = card("sampleActionCard" + buttons);
            for (int button = 1; button <= buttons; button++) {
                card.wants("actionTitle" + button, "miss.param.actionCardTobtnsTotitle")
                        .wants("actionURL" + button, "miss.param.actionCardTobtnsToactionUrl");
            }
        }
        RobotTemplate horizontal = card("sampleActionCard6");
        for (int button = 1; button <= 2; button++) {
            horizontal.wants("buttonTitle" + button, "miss.param.actionCardTobtnsTotitle")
                    .wants("buttonUrl" + button, "miss.param.actionCardTobtnsToactionUrl");
        }
        new RobotTemplate("sampleAudio", null, null).wants("mediaId", noCode).wants("duration", noCode);
        new RobotTemplate("sampleFile", "fileName", null).wants("mediaId", noCode).wants("fileName", noCode).wants("fileType", noCode);
        new RobotTemplate("sampleVideo", null, null).wants("duration", noCode).wants("videoMediaId", noCode).wants("videoType", noCode)
                .wants("picMediaId", noCode);
    }

    private record Field(String name, String missingCode) {
    }

    private final String titleField;
    private final String textField;
    private final List<Field> fields = new ArrayList<>();

    private RobotTemplate(String msgKey, String titleField, String textField) {
        this.titleField = titleField;
        this.textField = textField;
        ALL.put(msgKey, this);
    }

    private static RobotTemplate card(String msgKey) {
        return new RobotTemplate(msgKey, "title", "text")
                .wants("title", "miss.param.actionCardTotitle").wants("text", "miss.param.actionCardTotext");
    }

    private RobotTemplate wants(String field, String missingCode) {
        fields.add(new Field(field, missingCode));
        return this;
    }

    static RobotTemplate orNull(String msgKey) {
        return ALL.get(msgKey);
    }

    /** Refuses parameters in which a field is missing or empty. */
    void check(ObjectNode msgParam) {
        for (Field field : fields) {
            String value = Json.text(msgParam, field.name());
            if (value == null || value.isEmpty()) {
                throw new ApiErrorException(field.missingCode(), "错误描述: 缺少参数 " + field.name() + " ;解决方案:请填写该参数;");
            }
        }
    }

    String title(ObjectNode msgParam) {
        return titleField == null ? null : Json.text(msgParam, titleField);
    }

    String text(ObjectNode msgParam) {
        return textField == null ? null : Json.text(msgParam, textField);
    }
}
