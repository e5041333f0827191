package io.github.dingtalkcamel.settings;

import java.util.Arrays;
import java.util.Optional;

/** The language of an integration's own texts: the setting {@code dingtalk.language} (contract 3). */
public enum Language {

    /** Simplified Chinese, the default. */
    ZH_HANS("zh-Hans"),
    /** English. */
    EN("en");

    private final String setting;

    Language(String setting) {
        this.setting = setting;
    }

    /** The language a setting names, spelt exactly as the contract does; empty for any other word and for null. */
    public static Optional<Language> of(String setting) {
        return Arrays.stream(values()).filter(language -> language.setting.equals(setting)).findFirst();
    }

    /** How the setting spells it. */
    public String setting() {
        return setting;
    }
}
