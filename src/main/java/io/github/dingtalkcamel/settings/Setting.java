package io.github.dingtalkcamel.settings;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One setting as it is declared in {@link SettingCatalogue}: what names it has, what it is for and what text it takes.
 *
 * @param <T> its value
 */
public final class Setting<T> {

    static final String PROPERTY_PREFIX = "dingtalk.";
    static final String ENVIRONMENT_PREFIX = "DINGTALK_";
    static final String INTEGRATIONS = "integrations.";

    private final String name;
    private final Optional<String> alias;
    private final boolean perIntegration;
    private final boolean secret;
    private final Optional<String> defaultValue;
    private final String defaultText;
    private final String description;
    private final ValueType<T> type;

    Setting(String name, Optional<String> alias, boolean perIntegration, boolean secret, Optional<String> defaultValue, String defaultText,
            String description, ValueType<T> type) {
        this.name = name;
        this.alias = alias;
        this.perIntegration = perIntegration;
        this.secret = secret;
        this.defaultValue = defaultValue;
        this.defaultText = defaultText;
        this.description = description;
        this.type = type;
    }

    /** The last part of its names, such as {@code app-key}. */
    public String name() {
        return name;
    }

    /** Another name for the same, such as {@code client-id}. */
    public Optional<String> alias() {
        return alias;
    }

    /** The property, such as {@code dingtalk.app-key}; for a setting per integration, the one of {@code main}. */
    public String property() {
        return PROPERTY_PREFIX + name;
    }

    /** The environment variable, such as {@code DINGTALK_APP_KEY}; for a setting per integration, the one of {@code main}. */
    public String environment() {
        return environmentName(property());
    }

    /** Whether each integration has one of its own. */
    public boolean perIntegration() {
        return perIntegration;
    }

    /** Whether its value is never shown. */
    public boolean secret() {
        return secret;
    }

    /** What holds where it is not set, for people; empty where nothing does. */
    public String defaultText() {
        return defaultText;
    }

    /** What it is for, one sentence without a full stop. */
    public String description() {
        return description;
    }

    @Override
    public String toString() {
        return property();
    }

    /** The default's text; empty where there is none, or where it depends on something else. */
    Optional<String> defaultValue() {
        return defaultValue;
    }

    ValueType<T> type() {
        return type;
    }

    /** All properties that give it for the whole process, or for {@code main}, or for another integration; the preferred one first. */
    List<String> properties(String integration) {
        List<String> names = Stream.concat(Stream.of(name), alias.stream()).toList();
        Stream<String> within = names.stream().map(each -> PROPERTY_PREFIX + INTEGRATIONS + integration + "." + each);
        Stream<String> plain = names.stream().map(each -> PROPERTY_PREFIX + each);
        if (!perIntegration) {
            return plain.toList();
        }
        return (integration.equals(SettingCatalogue.MAIN) ? Stream.concat(plain, within) : within).toList();
    }

    static String environmentName(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
