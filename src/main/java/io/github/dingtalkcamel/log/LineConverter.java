package io.github.dingtalkcamel.log;
import java.util.List;

import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.core.pattern.ConverterKeys;
import org.apache.logging.log4j.core.pattern.LogEventPatternConverter;
import org.apache.logging.log4j.core.pattern.PatternConverter;
import org.apache.logging.log4j.core.pattern.PatternFormatter;

/** {@code %oneline{pattern}}: what the pattern writes, always as one line, see {@link LineText}. */
@Plugin(name = "oneline", category = PatternConverter.CATEGORY)
@ConverterKeys("oneline")
public final class LineConverter extends LogEventPatternConverter {

    private final List<PatternFormatter> formatters;

    private LineConverter(List<PatternFormatter> formatters) {
        super("oneline", "oneline");
        this.formatters = formatters;
    }

    /** Called by log4j. */
    public static LineConverter newInstance(Configuration configuration, String[] options) {
        if (options.length != 1) {
            throw new IllegalArgumentException("%oneline needs the pattern of the line: %oneline{%m}");
        }
        return new LineConverter(PatternLayout.createPatternParser(configuration).parse(options[0]));
    }

    @Override
    public void format(LogEvent event, StringBuilder output) {
        StringBuilder raw = new StringBuilder(256);
        for (PatternFormatter formatter : formatters) {
            formatter.format(event, raw);
        }
        LineText.append(raw, output);
    }
}
