package io.github.dingtalkcamel.settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.component.text.LogSafe;

/** The values of the process-wide settings, or of one integration's; faults are reported while they are read, and leave no value. */
final class Values {

    private final Map<Setting<?>, Value<?>> values = new LinkedHashMap<>();

    /**
     * @param name  the setting for people: as it was given, or as it could be
     * @param given whether there was a text, right or wrong
     * @param value from the text or by default; empty where the text is wrong, or nothing was given and there is no fixed default
     */
    record Value<T>(String name, boolean given, Optional<T> value) {
    }

    static Values ofProcess(Sources sources, Consumer<SettingError> faults) {
        return new Values(SettingCatalogue.all().stream().filter(setting -> !setting.perIntegration()), SettingCatalogue.MAIN, sources,
                faults);
    }

    static Values ofIntegration(String id, Sources sources, Consumer<SettingError> faults) {
        return new Values(SettingCatalogue.all().stream().filter(Setting::perIntegration), id, sources, faults);
    }

    private Values(Stream<Setting<?>> settings, String integration, Sources sources, Consumer<SettingError> faults) {
        settings.forEach(setting -> values.put(setting, read(setting, integration, sources, faults)));
    }

    private static <T> Value<T> read(Setting<T> setting, String integration, Sources sources, Consumer<SettingError> faults) {
        Optional<Sources.Given> found = sources.find(setting, integration, faults);
        if (found.isEmpty()) {
            return new Value<>(Sources.unset(setting.properties(integration).get(0)), false,
                    setting.defaultValue().map(text -> parsedDefault(setting, text)));
        }
        Sources.Given given = found.get();
        if (given.text().isEmpty()) {
            return new Value<>(given.name(), true, Optional.empty());
        }
        String text = given.text().get();
        try {
            return new Value<>(given.name(), true, Optional.of(setting.type().parse(text)));
        } catch (BadValue e) {
            faults.accept(fault(given, text, e, e.showable() && !setting.secret() && !given.placeholder()));
            return new Value<>(given.name(), true, Optional.empty());
        }
    }

    private static SettingError fault(Sources.Given given, String text, BadValue bad, boolean show) {
        String value = show ? LogSafe.value(text) + " " : given.placeholder() ? "the value of its placeholder " : "";
        String meant = show ? EditDistance.nearest(text.strip(), bad.words().stream()).map(word -> " (did you mean \"" + word + "\"?)")
                .orElse("") : "";
        return new SettingError(given.name(), value + bad.getMessage(), bad.remedy() + meant);
    }

    private static <T> T parsedDefault(Setting<T> setting, String text) {
        try {
            return setting.type().parse(text);
        } catch (BadValue e) {
            throw new IllegalStateException("The default of " + setting.property() + " " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked") // put in by read(), which keeps the two types the same
    <T> Value<T> get(Setting<T> setting) {
        return (Value<T>) values.get(setting);
    }

    /** The value of a setting that always has one, once there are no faults. */
    <T> T of(Setting<T> setting) {
        return get(setting).value().orElseThrow();
    }

    <T> Optional<T> maybe(Setting<T> setting) {
        return get(setting).value();
    }

    Secret secret(Setting<Secret> setting) {
        return maybe(setting).orElse(Secret.UNSET);
    }

    boolean given(Setting<?> setting) {
        return values.get(setting).given();
    }

    /** The name of a setting for people. */
    String name(Setting<?> setting) {
        return values.get(setting).name();
    }

    /** What was given, right or wrong, in the catalogue's order. */
    List<Setting<?>> given() {
        return values.keySet().stream().filter(this::given).toList();
    }
}
