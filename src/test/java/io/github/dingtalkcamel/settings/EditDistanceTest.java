package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditDistanceTest {

    @ParameterizedTest
    @CsvSource({"open,open,0", "opne,open,1", "opn,open,1", "oopen,open,1", "oxen,open,1", "'',open,4", "kitten,sitting,3"})
    void countsSlips(String one, String other, int slips) {
        assertThat(EditDistance.between(one, other)).isEqualTo(slips);
        assertThat(EditDistance.between(other, one)).isEqualTo(slips);
    }

    @Test
    void takesTheNearestAndOnlyANearOne() {
        assertThat(EditDistance.nearest("webhook-hst", Stream.of("webhook-port", "webhook-host"))).contains("webhook-host");
        assertThat(EditDistance.nearest("APP_KEY", Stream.of("app-key"))).contains("app-key");
        assertThat(EditDistance.nearest("no", Stream.of("open", "en", "allowlist"))).isEmpty();
    }
}
