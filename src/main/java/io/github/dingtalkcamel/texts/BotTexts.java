package io.github.dingtalkcamel.texts;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.encoding.TextFile;
import io.github.dingtalkcamel.encoding.Utf8;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.StartException;

/**
 * Everything the bot says in its own name, in the language of the integration. A file {@code texts_zh_Hans.properties} or {@code
 * texts_en.properties} in the directory {@code config} overrides as many of the texts as it holds.
 * <p>
 * Texts are {@link MessageFormat}s, except that an apostrophe is an ordinary character.
 */
public final class BotTexts {

    /** Former keys, which files of operators may still have. Where a file has both, the present key wins. */
    private static final Map<String, String> FORMER_KEYS =
            Map.of("nobody-answers", "no-agent", "unbind-done-nobody", "unbind-done-no-agent");

    private final Settings settings;
    private final Map<Language, Map<String, MessageFormat>> texts = new EnumMap<>(Language.class);

    /**
     * @param  directory      where own texts may be
     * @throws StartException when they can't be read, or one of them is no text of ours or no format, with all that is wrong
     */
    public BotTexts(Settings settings, Path directory) {
        this.settings = settings;
        List<String> faults = new ArrayList<>();
        for (Language language : Language.values()) {
            Map<String, MessageFormat> formats = new TreeMap<>();
            packaged(language).forEach((key, text) -> formats.put(key, format(language, text)));
            Path file = directory.resolve(fileName(language));
            byPresentKeys(own(file)).forEach((key, text) -> override(language, formats, file, key, text, faults));
            texts.put(language, Map.copyOf(formats));
        }
        if (!faults.isEmpty()) {
            throw new StartException(String.join(System.lineSeparator(), faults), null);
        }
    }

    private static void override(Language language, Map<String, MessageFormat> formats, Path file, String key, String text,
            List<String> faults) {
        MessageFormat ours = formats.get(key);
        if (ours == null) {
            faults.add(file + ": there is no text " + key + "; those there are: " + String.join(", ", formats.keySet()));
            return;
        }
        try {
            MessageFormat own = format(language, text);
            int most = ours.getFormatsByArgumentIndex().length;
            if (own.getFormatsByArgumentIndex().length > most) {
                faults.add(file + ": " + key + " can't be shown: "
                        + (most == 0 ? "there is nothing to fill in" : "it knows {0} to {" + (most - 1) + "} only"));
                return;
            }
            formats.put(key, own);
        } catch (IllegalArgumentException e) {
            faults.add(file + ": " + key + " can't be shown: " + e.getMessage()
                    + ". Placeholders are written {0}, {1}; other braces are not allowed");
        }
    }

    private static MessageFormat format(Language language, String text) {
        return new MessageFormat(text.replace("'", "''"), locale(language));
    }

    static Map<String, String> packaged(Language language) {
        try (InputStream in = BotTexts.class.getResourceAsStream("/" + fileName(language))) {
            Properties properties = new Properties();
            properties.load(new StringReader(Utf8.decode(in.readAllBytes(), fileName(language))));
            return texts(properties);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> own(Path file) {
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            return texts(TextFile.properties(file));
        } catch (IOException e) {
            throw new StartException(e.getMessage(), e);
        }
    }

    private static Map<String, String> byPresentKeys(Map<String, String> own) {
        Map<String, String> present = new TreeMap<>(own);
        FORMER_KEYS.forEach((former, key) -> {
            String text = present.remove(former);
            if (text != null) {
                present.putIfAbsent(key, text);
            }
        });
        return present;
    }

    private static Map<String, String> texts(Properties properties) {
        Map<String, String> read = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> read.put(key, properties.getProperty(key)));
        return read;
    }

    private static String fileName(Language language) {
        return "texts_" + locale(language).toLanguageTag().replace('-', '_') + ".properties";
    }

    private static Locale locale(Language language) {
        return switch (language) {
            case ZH_HANS -> Locale.forLanguageTag("zh-Hans");
            case EN -> Locale.ENGLISH;
        };
    }

    /** A text for the sender of the message; the filled-in values stay as they are. */
    public String text(InboundMessage message, String key, Object... arguments) {
        return text(message.integration(), key, arguments);
    }

    /** A text in the language of an integration. */
    public String text(String integration, String key, Object... arguments) {
        MessageFormat format = texts.get(settings.integration(integration).orElseThrow().language()).get(key);
        // a format is not safe for use by many threads
        return ((MessageFormat) format.clone()).format(arguments);
    }

    /** The language to answer a message in. */
    public Language language(InboundMessage message) {
        return settings.integration(message.integration()).orElseThrow().language();
    }
}
