package io.github.dingtalkcamel.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.Properties;

import org.apache.camel.component.properties.DefaultPropertiesParser;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.properties.PropertiesConfiguration;
import org.apache.logging.log4j.core.config.properties.PropertiesConfigurationBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Camel's debug log has the value of each placeholder, also of a secret's. */
class LoggedPlaceholdersTest {

    @ParameterizedTest
    @ValueSource(strings = { "debug", "trace", "all" })
    void valuesOfPlaceholdersAreLoggedAtNoLevel(String level) throws Exception {
        Properties packaged = new Properties();
        try (InputStream in = getClass().getResourceAsStream("/log4j2.properties")) {
            packaged.load(in);
        }
        packaged.setProperty("rootLogger.level", level);
        try (LoggerContext context = new LoggerContext("packaged")) {
            PropertiesConfiguration logging = new PropertiesConfigurationBuilder().setLoggerContext(context)
                    .setRootProperties(packaged).build();
            logging.initialize();

            assertThat(logging.getRootLogger().getLevel()).isEqualTo(Level.toLevel(level));
            assertThat(logging.getLoggerConfig(DefaultPropertiesParser.class.getName()).getLevel()).isEqualTo(Level.INFO);
        }
    }
}
