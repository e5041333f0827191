package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The tools there are, and what each takes. */
public enum Tool {

    SEND_TEXT("dingtalk_send_text_notification", true, Argument.text("content").needed()),
    SEND_RICH("dingtalk_send_rich_notification", true, Argument.word("mode", List.of("markdown", "interactive", "template")).needed(),
            Argument.text("title", 200), Argument.text("markdown"), Argument.object("card"), Argument.text("msgKey", 100), Argument.object("msgParam")),
    SEND_FILE("dingtalk_send_file", true, Argument.text("path", 4_000), Argument.text("url", 4_000), Argument.text("base64", 32 << 20), Argument.text("name", 255)),
    UPDATE("dingtalk_update_message", false, Argument.text("messageId", 512).needed(), Argument.word("mode", List.of("text", "interactive", "template")).needed(),
            Argument.text("title", 200), Argument.text("content"), Argument.text("markdown"), Argument.object("card"), Argument.text("msgKey", 100),
            Argument.object("msgParam")),
    RECALL("dingtalk_recall_message", false, Argument.text("messageId", 512).needed()),
    LIST_USERS("dingtalk_list_users", false, Argument.text("keyword", 100), Argument.number("pageSize", 1, 100), Argument.text("pageToken", 2_000),
            Argument.number("departmentId", 1, Integer.MAX_VALUE), Argument.word("language", List.of("zh_CN", "en_US")));

    private final String wireName;
    private final boolean sending;
    private final List<Argument> arguments;

    Tool(String wireName, boolean sending, Argument... own) {
        this.wireName = wireName;
        this.sending = sending;
        List<Argument> all = new ArrayList<>(List.of(own));
        if (sending) {
            all.add(Argument.word("recipient_type", RecipientType.names()));
            all.add(Argument.texts("recipient_id"));
            all.add(Argument.object("at"));
        }
        all.add(Argument.text("integrationId", 64));
        all.add(Argument.number("timeoutMs", 100, 600_000));
        all.add(Argument.text("requestId", 128));
        all.add(Argument.state());
        arguments = List.copyOf(all);
    }

    /** The name in paths and results. */
    public String wireName() {
        return wireName;
    }

    /** Whether it takes recipients. */
    boolean sends() {
        return sending;
    }

    /** Whether it can't do without an app: a custom robot sends no files and lists no users. */
    boolean needsApp() {
        return this == SEND_FILE || this == LIST_USERS;
    }

    List<Argument> arguments() {
        return arguments;
    }

    Optional<Argument> argument(String name) {
        return arguments.stream().filter(argument -> argument.name().equals(name)).findFirst();
    }

    static Optional<Tool> named(String name) {
        return Arrays.stream(values()).filter(tool -> tool.wireName.equals(name)).findFirst();
    }

    static List<String> names() {
        return Arrays.stream(values()).map(Tool::wireName).toList();
    }
}
