package io.github.dingtalkcamel.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LostVariablesTest {

    private final LostVariables lost = new LostVariables(Map.of("MY_SALUTE", "\uFFFD\uFFFD", "HOME", "/root"));

    @ParameterizedTest
    @ValueSource(strings = {"${env.MY_SALUTE} ${body}", "{{env:MY_SALUTE}}", "${sysenv.MY_SALUTE}",
            "${sysenv:my_salute}", "{{my.salute}}", "{{my-salute:hello}}", "{{?MY_SALUTE}}"})
    void findsAVariableThatLostCharactersWhereItIsUsed(String text) {
        assertThat(lost.usedIn("uri: agent:x\n" + text)).get().asString()
                .startsWith("uses the environment variable MY_SALUTE, ").endsWith(ProcessInput.REMEDY);
    }

    @Test
    void findsNothingWhereItIsNotUsed() {
        assertThat(lost.usedIn("MY_SALUTE ${env.HOME} {{env:HOME}} {{my.salutes}} ${env.MY_SALUTES} my.salute")).isEmpty();
        assertThat(new LostVariables(Map.of("MY_SALUTE", "你好")).usedIn("{{my.salute}}")).isEmpty();
    }
}
