package io.github.dingtalkcamel.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.doctor.Examination;
import io.github.dingtalkcamel.doctor.Machine;
import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.SettingsReader;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.junit.jupiter.api.Test;

/** How many tests of integrations run at the same time. What they say is shown by AdminTest and DoctorTest. */
class IntegrationTestsTest {

    private static final ApiCall CALL = new ApiCall("POST", List.of("integrations", "main", "test"), Map.of());

    @Test
    void fourRunAtTheSameTimeAndAnotherIsRefusedUntilOneHasEnded() throws Exception {
        Settings settings = new SettingsReader(Map.of(), Map.of("dingtalk.app-key", Bot.APP_KEY, "dingtalk.app-secret", Bot.APP_SECRET),
                Map.of(), text -> text, 17).read();
        IntegrationTests tests = new IntegrationTests(settings, new Examination(Machine.here(), Map.of(), true));
        List<Exchange> begun = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            begun.add(new DefaultExchange(new DefaultCamelContext()));
            tests.begin(begun.get(i), CALL);
        }
        Exchange another = new DefaultExchange(new DefaultCamelContext());
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> tests.begin(another, CALL)).hasMessageContaining("ask again");
        }

        UnitOfWorkHelper.doneSynchronizations(begun.get(0), begun.get(0).getExchangeExtension().handoverCompletions());

        tests.begin(another, CALL);
        assertThat(another.getProperties()).containsKey("CamelDingTalkTestedIntegration");
        assertThatThrownBy(() -> tests.begin(begun.get(0), CALL)).hasMessageContaining("ask again");
    }
}
