package io.github.dingtalkcamel.settings;
import java.util.List;
import java.util.stream.Collectors;

/** The settings are wrong: every fault at once, one line each in the message. Nothing was started; the process ends with status 2. */
public class SettingsException extends Exception {

    private final transient List<SettingError> faults;

    SettingsException(List<SettingError> faults) {
        super(faults.stream().map(SettingError::line).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    /** What is wrong, at least one: misspelt names first, then in the order of {@link SettingCatalogue#all()}. */
    public List<SettingError> faults() {
        return faults;
    }
}
