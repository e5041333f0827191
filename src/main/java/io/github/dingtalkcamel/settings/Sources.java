package io.github.dingtalkcamel.settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.github.dingtalkcamel.encoding.ProcessInput;

/**
 * Where settings come from: the environment wins over {@code -D}, that over the file (docs/promises.md 3). A blank value is as good as
 * none, since compose files set variables empty. Of several names for one setting those in the winning source count; they must agree there.
 */
final class Sources {

    private final Map<String, String> environment;
    private final Map<String, String> systemProperties;
    private final Map<String, String> fileProperties;
    private final UnaryOperator<String> placeholders;

    Sources(Map<String, String> environment, Map<String, String> systemProperties, Map<String, String> fileProperties,
            UnaryOperator<String> placeholders) {
        this.environment = environment;
        this.systemProperties = systemProperties;
        this.fileProperties = fileProperties;
        this.placeholders = placeholders;
    }

    /**
     * What was given for a setting.
     *
     * @param name        the name under which it was given, for people
     * @param text        its text with placeholders resolved; empty where that is not possible, which was reported
     * @param placeholder whether the text holds the value of a placeholder
     */
    record Given(String name, Optional<String> text, boolean placeholder) {
    }

    /** How a setting that is not set is named in an error. */
    static String unset(String property) {
        return inEnvironment(property);
    }

    /** What was given for the setting, if anything was. */
    Optional<Given> find(Setting<?> setting, String integration, Consumer<SettingError> faults) {
        List<String> properties = setting.properties(integration);
        List<Given> given = new ArrayList<>();
        for (String property : properties) {
            add(given, inEnvironment(property), environment.get(Setting.environmentName(property)), faults);
        }
        if (given.isEmpty()) {
            properties.forEach(property -> add(given, property + " (-D)", systemProperties.get(property), faults));
        }
        if (given.isEmpty()) {
            properties.forEach(property -> add(given, property, fileProperties.get(property), faults));
        }
        if (given.isEmpty()) {
            return Optional.empty();
        }
        Given first = given.get(0);
        for (Given other : given) {
            if (first.text().isPresent() && other.text().isPresent() && !first.text().get().strip().equals(other.text().get().strip())) {
                faults.accept(new SettingError(first.name(), "differs from " + other.name()
                        + ", which is the same setting", "remove one of the two"));
                return Optional.of(new Given(first.name(), Optional.empty(), first.placeholder()));
            }
        }
        return Optional.of(first);
    }

    private static String inEnvironment(String property) {
        return property + " (" + Setting.environmentName(property) + ")";
    }

    private void add(List<Given> given, String name, String text, Consumer<SettingError> faults) {
        if (text == null || text.isBlank()) {
            return;
        }
        if (!text.contains("{{")) {
            given.add(new Given(name, Optional.of(text), false));
            return;
        }
        Optional<String> resolved = resolved(text);
        if (resolved.isEmpty()) {
            faults.accept(new SettingError(name, "its placeholder cannot be resolved",
                    "check that the placeholder between {{ and }} exists and that its source can be reached"));
        }
        if (resolved.isPresent() && resolved.get().indexOf('\uFFFD') >= 0 && text.indexOf('\uFFFD') < 0) {
            faults.accept(new SettingError(name, "its placeholder resolves to text in which characters were lost", ProcessInput.REMEDY));
            resolved = Optional.empty();
        }
        if (resolved.isEmpty() || !resolved.get().isBlank()) {
            given.add(new Given(name, resolved, true));
        }
    }

    private Optional<String> resolved(String text) {
        try {
            return Optional.ofNullable(placeholders.apply(text));
        } catch (RuntimeException e) {
            return Optional.empty(); // its message may hold the value, or a secret that is the placeholder's default
        }
    }
}
