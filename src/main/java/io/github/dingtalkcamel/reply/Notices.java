package io.github.dingtalkcamel.reply;

import java.text.MessageFormat;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;

import io.github.dingtalkcamel.inbound.InboundMessage;
import io.github.dingtalkcamel.settings.Language;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.turns.Turn;
import org.apache.camel.ExchangeProperty;

/** The bot's own texts, in the language of the integration. */
public final class Notices {

    private static final String BUNDLE = "texts";

    private final Settings settings;
    private final Map<Language, ResourceBundle> texts = new EnumMap<>(Language.class);

    public Notices(Settings settings) {
        this.settings = settings;
        ResourceBundle.Control exact = ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);
        for (Language language : Language.values()) {
            texts.put(language, ResourceBundle.getBundle(BUNDLE, locale(language), exact));
        }
    }

    static Locale locale(Language language) {
        return switch (language) {
            case ZH_HANS -> Locale.forLanguageTag("zh-Hans");
            case EN -> Locale.ENGLISH;
        };
    }

    /** No binding and no fallback names an agent. */
    public String nobodyAnswers(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return text(message, "nobody-answers");
    }

    /** The agent that should answer does not run. */
    public String agentNotRunning(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message, @ExchangeProperty("CamelDingTalkAgent") String agent) {
        return text(message, "agent-not-running", agent);
    }

    /** The agent failed; the reference finds the reason in the log and on the turn's record. */
    public String agentFailed(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message, @ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return text(message, "agent-failed", turn.reference());
    }

    /** Too much waits to be answered: the message was not taken. */
    public String busy(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return text(message, "busy");
    }

    private String text(InboundMessage message, String key, Object... arguments) {
        Language language = settings.integration(message.integration()).orElseThrow().language();
        return new MessageFormat(texts.get(language).getString(key), locale(language)).format(arguments);
    }
}
