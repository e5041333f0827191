package io.github.dingtalkcamel.settings;

/**
 * One thing wrong with the settings.
 *
 * @param setting the setting as the operator wrote it: its property name, and behind it in brackets where it was read from
 * @param problem what is wrong; never shows a secret's value, nor one that came from a placeholder
 * @param remedy  what to do
 */
public record SettingError(String setting, String problem, String remedy) {

    /** The fault on one line, for people. */
    public String line() {
        return setting + ": " + problem + "; " + remedy;
    }

    @Override
    public String toString() {
        return line();
    }
}
