package io.github.dingtalkcamel.component.message;


/** Texts that replace content that is no text, in the integration's language (docs/promises.md 5, "What an agent is given"). */
public record TextForms(Language language) {

    /** Types are short words; a longer one is invalid and is cut. */
    private static final int MAX_TYPE_LENGTH = 64;

    public String picture() {
        return chinese() ? "[图片]" : "[picture]";
    }

    public String voice() {
        return chinese() ? "[语音]" : "[voice]";
    }

    public String video() {
        return chinese() ? "[视频]" : "[video]";
    }

    /** @param name null where it is not known */
    public String file(String name) {
        String word = chinese() ? "文件" : "file";
        return name == null ? "[" + word + "]" : "[" + word + ": " + name + "]";
    }

    String unknown(String type) {
        return (chinese() ? "[未知消息: " : "[unknown: ") + StorableText.label(type, MAX_TYPE_LENGTH) + "]";
    }

    private boolean chinese() {
        return language == Language.ZH_HANS;
    }
}
