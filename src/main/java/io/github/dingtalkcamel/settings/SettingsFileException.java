package io.github.dingtalkcamel.settings;

/** The settings file can't be read as it is written, so no setting of it is known; the message names the file and says what to do. */
public final class SettingsFileException extends StartException {

    public SettingsFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
