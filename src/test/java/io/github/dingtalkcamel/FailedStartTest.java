package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;

import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What fails at the last step of the start. */
@Timeout(90)
class FailedStartTest {

    @Test
    void stopsEverythingAndIsTheFailureOfTheStart() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of())) {
            DingTalkMain main = new DingTalkMain(Map.of(), bot.given());
            main.setShutdownStrategy(new SimpleMainShutdownStrategy());
            main.addMainListener(new MainListenerSupport() {
                @Override
                public void afterStart(BaseMainSupport started) {
                    throw new IllegalStateException("no place for the banner");
                }
            });

            assertThatThrownBy(main::run).hasMessage("no place for the banner");

            assertThat(main.getCamelContext().isStopped()).isTrue();
        }
    }
}
