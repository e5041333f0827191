package io.github.dingtalkcamel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

/** What the operators' page is told of lists that are longer than what it shows. */
class OperatorPageListTest {

    @Test
    void eachListSaysWhetherThereIsMoreOfIt() {
        Map<String, Object> whole = new HashMap<>(Map.of("integrations", List.of("main")));
        whole.put("nextCursor", null);
        Map<String, Object> data = new LinkedHashMap<>();

        OperatorPage.add(data, whole, "moreIntegrations");
        OperatorPage.add(data, Map.of("deadLetters", List.of(9, 8), "nextCursor", "c"), "moreDeadLetters");

        assertThat(data).isEqualTo(Map.of("integrations", List.of("main"), "moreIntegrations", false,
                "deadLetters", List.of(9, 8), "moreDeadLetters", true));
    }
}
