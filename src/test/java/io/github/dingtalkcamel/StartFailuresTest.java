package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import org.apache.camel.main.Main;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Properties of Camel's own, which examples have users set. */
class StartFailuresTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "camel.beans.broker=#class:java.util.Date | camel.beans.broker.password=not-for-logs | camel.beans.broker.password: there is no such",
        "camel.beans.broker=#class:no.such.Broker | camel.beans.broker.password=not-for-logs | The settings need the class no.such.Broker,",
        "camel.beans.broker=#class:java.util.Date | camel.beans.broker.time={{env:NO_SUCH_VARIABLE}} | value: Property with key [env:NO_SUCH_VARIABLE]",
    })
    void aWrongOneIsSaidInALineWithoutItsValueNorAStackTrace(String bean, String option, String said) {
        Main main = new Main();
        for (String each : new String[] {bean, option}) {
            main.addInitialProperty(each.replaceFirst("=.*", ""), each.replaceFirst("[^=]*=", ""));
        }
        ByteArrayOutputStream errors = new ByteArrayOutputStream();

        int status = StartFailures.explain(catchException(main::start), null, new PrintStream(errors, true, StandardCharsets.UTF_8));

        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(said).doesNotContain("not-for-logs").hasLineCount(1);
        assertThat(status).isEqualTo(Application.WRONG_USE);
        main.stop();
    }
}
