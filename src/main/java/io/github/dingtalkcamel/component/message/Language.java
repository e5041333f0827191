package io.github.dingtalkcamel.component.message;
import java.util.Optional;

/** The language of the robot's own texts (docs/settings.md: language). */
public enum Language {
    ZH_HANS, EN;

    /** The language that a setting names, {@code zh-Hans} or {@code en} without regard to case; empty for any other word. */
    public static Optional<Language> of(String setting) {
        if ("zh-Hans".equalsIgnoreCase(setting)) {
            return Optional.of(ZH_HANS);
        }
        return "en".equalsIgnoreCase(setting) ? Optional.of(EN) : Optional.empty();
    }
}
