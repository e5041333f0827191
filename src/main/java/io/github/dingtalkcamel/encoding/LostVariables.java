package io.github.dingtalkcamel.encoding;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Variables of the environment that hold characters which the locale does not know. Camel reads them by the virtual machine, which has
 * replaced those characters, so a file that uses one of them is refused. Does not notice a variable whose name is only put together while
 * a route runs.
 */
public final class LostVariables {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[?!]?\\s*([A-Za-z0-9._-]+)");

    private final Set<String> names = new TreeSet<>();

    /** @param environment as {@link System#getenv()} */
    public LostVariables(Map<String, String> environment) {
        environment.forEach((name, value) -> {
            if (value.indexOf('\uFFFD') >= 0) {
                names.add(name);
            }
        });
    }

    /** Of this process. */
    public static LostVariables ofThisProcess() {
        return new LostVariables(System.getenv());
    }

    /** Why the text of a file can't be used, if it uses one of them. */
    public Optional<String> usedIn(String text) {
        return names.stream().filter(name -> isUsed(name, text)).findFirst()
                .map(name -> "uses the environment variable " + name + ", which holds characters that the locale does not know; "
                        + ProcessInput.REMEDY);
    }

    private static boolean isUsed(String name, String text) {
        if (Pattern.compile("env[.:]\\s*" + Pattern.quote(name) + "\\b", Pattern.CASE_INSENSITIVE).matcher(text).find()) {
            return true;
        }
        Matcher placeholder = PLACEHOLDER.matcher(text);
        while (placeholder.find()) {
            // a variable named so takes the property's place
            if (placeholder.group(1).replaceAll("[.-]", "_").toUpperCase(Locale.ROOT).equals(name.toUpperCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }
}
