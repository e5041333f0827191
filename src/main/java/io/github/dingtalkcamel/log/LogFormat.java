package io.github.dingtalkcamel.log;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.filter.AbstractFilterable;
import org.apache.logging.log4j.layout.template.json.JsonTemplateLayout;

/**
 * The setting {@code dingtalk.log-format}. It is looked up before the first line is logged, so a wrong word means text here; the settings
 * say what is wrong with it.
 * <p>
 * JSON is an object a line, of which {@code log-template.json} says what is in it, in the place of the configured console. So a start that
 * logs text loads none of its classes.
 */
public final class LogFormat {

    /** System property: true where lines are JSON. */
    static final String PROPERTY = "log.json";

    private static final String CONSOLE = "console";
    private static final String NAME = "dingtalk.log-format";
    private static final String TEMPLATE = "classpath:log-template.json";
    /** Of one text. */
    private static final int LONGEST_TEXT = 1 << 16;

    private LogFormat() {
    }

    /**
     * Chooses the format: the environment wins over {@code -D}, that over the file.
     *
     * @param file the properties of the settings file
     */
    public static void choose(Map<String, String> environment, Properties systemProperties, Supplier<Properties> file) {
        String given = environment.get("DINGTALK_LOG_FORMAT");
        if (isBlank(given)) {
            given = systemProperties.getProperty(NAME);
        }
        if (isBlank(given)) {
            given = file.get().getProperty(NAME);
        }
        if (given != null && given.strip().equals("json")) {
            System.setProperty(PROPERTY, "true");
            writeJson();
        }
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }

    /** Whether lines are JSON. */
    public static boolean isJson() {
        return Boolean.getBoolean(PROPERTY);
    }

    private static void writeJson() {
        LoggerContext context = (LoggerContext) LogManager.getContext(false);
        Configuration configuration = context.getConfiguration();
        Appender text = configuration.getAppender(CONSOLE);
        if (text == null) {
            // an operator's own configuration of the log, which says itself how lines look
            return;
        }
        ConsoleAppender json = ConsoleAppender.newBuilder().setName("json").setConfiguration(configuration).setLayout(layout(configuration))
                .setFilter(((AbstractFilterable) text).getFilter()).build();
        configuration.getRootLogger().removeAppender(CONSOLE);
        // before the other starts: they share the filter
        text.stop();
        json.start();
        configuration.addAppender(json);
        configuration.getRootLogger().addAppender(json, null, null);
        context.updateLoggers();
    }

    static JsonTemplateLayout layout(Configuration configuration) {
        return JsonTemplateLayout.newBuilder().setConfiguration(configuration).setCharset(StandardCharsets.UTF_8)
                .setEventTemplateUri(TEMPLATE)
                .setMaxStringLength(LONGEST_TEXT).build();
    }
}
