package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an engineer sees in the log of an application of their own when a call fails. */
class FailedCallTest {

    private final BareContext bare = new BareContext();
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            logged.add(line.getLoggerName() + ": " + line.getMessage());
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    @AfterEach
    void close() {
        Logger.getLogger("").removeHandler(handler);
        bare.close();
    }

    private Exchange refused() {
        return bare.send("dingtalk:send?recipientId=staff001&appSecret=wrong", "hello", Map.of());
    }

    @Test
    void saysTheCodeTheOutcomeAndTheRemedyWhereCamelLogsIt() {
        assertThat(refused().getException()).asString().contains("invalidClientIdOrSecret").contains("(not possible; ")
                .contains("Check option appKey and option appSecret").doesNotContain("wrong");
    }

    @Test
    void isNotLoggedByTheCacheOfTokens() {
        Logger.getLogger("").addHandler(handler);

        assertThat(refused().getException()).isNotNull();
        assertThat(refused().getException()).isNotNull();

        assertThat(logged).noneMatch(line -> line.contains("caffeine"));
    }
}
