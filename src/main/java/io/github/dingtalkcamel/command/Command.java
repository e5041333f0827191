package io.github.dingtalkcamel.command;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The chat commands, in the order in which {@code /help} lists them. */
public enum Command {

    HELP("/help", "/帮助"),
    NEW("/new", "/新会话", "/reset"),
    STOP("/stop", "/停止"),
    RETRY("/retry", "/重试"),
    STATUS("/status", "/状态"),
    USAGE("/usage", "/用量"),
    AGENTS("/agents", "/智能体"),
    BIND("/bind", "/绑定"),
    UNBIND("/unbind", "/解绑"),
    HOOKS("/hooks", "/钩子"),
    WHOAMI("/whoami", "/我是谁");

    private static final Map<String, Command> BY_WORD = new HashMap<>();

    static {
        for (Command command : values()) {
            command.words.forEach(word -> BY_WORD.put(word, command));
        }
    }

    private final List<String> words;

    Command(String... words) {
        this.words = List.of(words);
    }

    /** The command that a word names, without regard to case, or null. */
    static Command of(String word) {
        return BY_WORD.get(word.toLowerCase(Locale.ROOT));
    }

    /** All words that call it, with the slash: its name, its Chinese alias, then others. */
    public List<String> words() {
        return words;
    }

    /** The name that routes use: without the slash. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
