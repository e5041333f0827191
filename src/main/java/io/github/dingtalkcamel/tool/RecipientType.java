package io.github.dingtalkcamel.tool;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** By what a recipient is named. */
public enum RecipientType {
    USER_ID, OPEN_ID, UNION_ID, MOBILE, CHAT_ID, WEBHOOK;

    /** As it is written. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static List<String> names() {
        return Arrays.stream(values()).map(RecipientType::wireName).toList();
    }
}
