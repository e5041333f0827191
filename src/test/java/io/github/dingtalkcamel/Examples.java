package io.github.dingtalkcamel;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** The folders of {@code examples}, put into an application of a test as their README says. */
public final class Examples {

    private static final Path EXAMPLES = Path.of("examples");

    private Examples() {
    }

    /**
     * Copies an example's routes, and sets the lines of its {@code application.properties}.
     *
     * @param instead values in the place of those lines, and properties besides
     */
    public static Bot add(Bot bot, String name, Map<String, String> instead) throws IOException {
        Path example = EXAMPLES.resolve(name);
        bot.route(name + ".camel.yaml", Files.readString(example.resolve(name + ".camel.yaml")));
        Properties properties = new Properties();
        try (Reader file = Files.newBufferedReader(example.resolve("application.properties"))) {
            properties.load(file);
        }
        properties.putAll(instead);
        properties.forEach((key, value) -> {
            if (key.toString().startsWith("dingtalk.")) {
                bot.set(key.toString(), value.toString());
            } else {
                bot.property(key.toString(), value.toString());
            }
        });
        return bot;
    }
}
