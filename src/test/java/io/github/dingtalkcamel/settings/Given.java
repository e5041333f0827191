package io.github.dingtalkcamel.settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What a test gives to the reader, source by source. */
final class Given {

    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> system = new HashMap<>();
    private final Map<String, String> file = new HashMap<>();
    private UnaryOperator<String> placeholders = text -> {
        throw new IllegalArgumentException("not expected: " + text);
    };
    private int java = 17;

    /** An app for main, in the source that everything else wins over. */
    static Given app() {
        return new Given().file("dingtalk.app-key", "dingbase").file("dingtalk.app-secret", "secretbase");
    }

    static Given nothing() {
        return new Given();
    }

    Given env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Given system(String name, String value) {
        system.put(name, value);
        return this;
    }

    Given file(String name, String value) {
        file.put(name, value);
        return this;
    }

    Given placeholders(UnaryOperator<String> resolve) {
        placeholders = resolve;
        return this;
    }

    Given java(int version) {
        java = version;
        return this;
    }

    private SettingsReader reader() {
        return new SettingsReader(environment, system, file, placeholders, java);
    }

    Settings read() {
        try {
            return reader().read();
        } catch (SettingsException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    Path routesDir() throws SettingsException {
        return reader().routesDir();
    }

    Integration main() {
        return read().integration("main").orElseThrow();
    }

    /** The lines of the faults; fails where there are none. */
    List<String> faults() {
        try {
            Settings settings = reader().read();
            throw new AssertionError("no fault, but " + settings);
        } catch (SettingsException e) {
            return e.faults().stream().map(SettingError::line).toList();
        }
    }
}
