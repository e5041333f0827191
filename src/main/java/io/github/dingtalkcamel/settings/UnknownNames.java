package io.github.dingtalkcamel.settings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.text.LogSafe;

/**
 * Finds names that look like settings and are none: below {@code dingtalk.} in the file and in {@code -D}, and {@code DINGTALK_*} in the
 * environment. Learns on the way which integrations there are.
 */
final class UnknownNames {

    /** What Kubernetes sets in every pod beside a Service called dingtalk or dingtalk-something; no operator wrote it. */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "DINGTALK_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)");
    private static final Pattern SERVICE_LINK_PORT = Pattern.compile("DINGTALK_([A-Z0-9_]+_)?PORT");

    private final List<SettingError> faults = new ArrayList<>();
    private final SortedSet<String> integrations = new TreeSet<>();
    private final Set<String> reportedIds = new HashSet<>();

    /** How names are written in a source. */
    private enum Notation {
        PROPERTY("[a-z][a-z0-9]*") {
            @Override
            String write(String property) {
                return property;
            }

            @Override
            String id(String written) {
                return written;
            }
        },
        ENVIRONMENT("[A-Z][A-Z0-9]*") {
            @Override
            String write(String property) {
                return Setting.environmentName(property);
            }

            @Override
            String id(String written) {
                return written.toLowerCase(Locale.ROOT);
            }
        };

        private final Pattern id;

        Notation(String id) {
            this.id = Pattern.compile(id);
        }

        abstract String write(String property);

        abstract String id(String written);

        boolean isId(String written) {
            return id.matcher(written).matches();
        }

        String separator() {
            return write(".");
        }

        String prefix() {
            return write(Setting.PROPERTY_PREFIX);
        }

        /** The names of the process-wide settings and of {@code main}'s short ones, without the prefix. */
        Stream<String> plain() {
            return SettingCatalogue.all().stream().flatMap(UnknownNames::names).map(this::write);
        }

        /** What can follow the id of an integration. */
        Stream<String> withinIntegration() {
            return SettingCatalogue.all().stream().filter(Setting::perIntegration).flatMap(UnknownNames::names).map(this::write);
        }

        String integrations() {
            return prefix() + write(Setting.INTEGRATIONS);
        }
    }

    private static Stream<String> names(Setting<?> setting) {
        return Stream.concat(Stream.of(setting.name()), setting.alias().stream());
    }

    void readProperties(Map<String, String> properties) {
        new TreeMap<>(properties).forEach((name, value) -> {
            if (name.startsWith(Setting.PROPERTY_PREFIX)) {
                read(Notation.PROPERTY, name, value);
            } else if (name.startsWith(Setting.ENVIRONMENT_PREFIX)) {
                String meant = Notation.PROPERTY.plain().map(Setting.PROPERTY_PREFIX::concat)
                        .filter(property -> Setting.environmentName(property).equals(name)).findFirst()
                        .orElse(Setting.PROPERTY_PREFIX + "...");
                report(name, "is a name for the environment", "as a property write " + meant);
            }
        });
    }

    void readEnvironment(Map<String, String> environment) {
        new TreeMap<>(environment).forEach((name, value) -> {
            if (name.startsWith(Setting.ENVIRONMENT_PREFIX) && !isServiceLink(name, value)) {
                read(Notation.ENVIRONMENT, name, value);
            }
        });
    }

    private static boolean isServiceLink(String name, String value) {
        return SERVICE_LINK.matcher(name).matches() || SERVICE_LINK_PORT.matcher(name).matches() && value.matches("(tcp|udp|sctp)://.*");
    }

    /** One for each name, but only one for each wrong id of an integration. */
    List<SettingError> faults() {
        return List.copyOf(faults);
    }

    /** The ids of the integrations other than {@code main} for which something was given, in order. */
    List<String> integrations() {
        return List.copyOf(integrations);
    }

    private void read(Notation notation, String name, String value) {
        if (name.startsWith(notation.integrations())) {
            readWithinIntegration(notation, name, value);
            return;
        }
        String rest = name.substring(notation.prefix().length());
        if (notation.plain().noneMatch(rest::equals)) {
            unknown(name, EditDistance.nearest(rest, notation.plain()).map(notation.prefix()::concat).or(() -> misplaced(notation, rest)));
        }
    }

    private void readWithinIntegration(Notation notation, String name, String value) {
        String rest = name.substring(notation.integrations().length());
        String id = before(notation, rest);
        String tail = behind(notation, rest);
        if (isWithinIntegration(notation, rest)) {
            if (!value.isBlank() && !notation.id(id).equals(SettingCatalogue.MAIN)) {
                integrations.add(notation.id(id));
            }
            return;
        }
        if (notation.isId(id) && notation.plain().anyMatch(tail::equals)) {
            report(name, "is a setting of the whole process", "write " + notation.prefix() + tail);
            return;
        }
        Optional<String> longId = notation.withinIntegration().filter(each -> rest.endsWith(notation.separator() + each))
                .max(Comparator.comparingInt(String::length))
                .map(each -> rest.substring(0, rest.length() - each.length() - 1));
        if (longId.isPresent() || !notation.isId(id)) {
            String written = longId.orElse(id);
            if (reportedIds.add(notation + written)) {
                report(name, LogSafe.value(written) + " is not the id of an integration",
                        "use a lower-case letter, then lower-case letters and digits, as in " + notation.integrations()
                        + notation.write("sales.app-key"));
            }
            return;
        }
        unknown(name, EditDistance.nearest(tail, notation.withinIntegration())
                .map(each -> notation.integrations() + id + notation.separator() + each));
    }

    /**
     * {@code dingtalk.sales.app-key} and {@code dingtalk.integration.sales.app-key} are meant to be {@code
     * dingtalk.integrations.sales.app-key}.
     */
    private static Optional<String> misplaced(Notation notation, String rest) {
        return Stream.of(behind(notation, rest), rest).filter(each -> isWithinIntegration(notation, each))
                .map(notation.integrations()::concat).findFirst();
    }

    private static boolean isWithinIntegration(Notation notation, String rest) {
        return notation.isId(before(notation, rest)) && notation.withinIntegration().anyMatch(behind(notation, rest)::equals);
    }

    private static String before(Notation notation, String rest) {
        int end = rest.indexOf(notation.separator());
        return end < 0 ? rest : rest.substring(0, end);
    }

    private static String behind(Notation notation, String rest) {
        int end = rest.indexOf(notation.separator());
        return end < 0 ? "" : rest.substring(end + 1);
    }

    private void unknown(String name, Optional<String> meant) {
        report(name, "there is no such setting",
                meant.map(other -> "did you mean " + LogSafe.name(other) + "?")
                .orElse("remove it, or look up its name in docs/settings.md"));
    }

    private void report(String name, String problem, String remedy) {
        faults.add(new SettingError(LogSafe.name(name), problem, remedy));
    }
}
