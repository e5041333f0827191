package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;

import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.server.HeldBodies;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.vertx.core.buffer.Buffer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolCallsTest {

    @ParameterizedTest
    @ValueSource(strings = {"dingtalk_send_file", "dingtalk_list_users"})
    void refusesWhatACustomRobotCanNotDoWhereTheIntegrationHasNothingElse(String tool) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            ToolCalls calls = new ToolCalls(new SettingsReader(Map.of(),
                    Map.of("dingtalk.webhook", "https://oapi.dingtalk.com/robot/send?access_token=x"), Map.of(), text -> text, 17).read(),
                    new Tools(context), new CallBody(new HeldBodies()));
            DefaultExchange exchange = new DefaultExchange(context);
            exchange.getMessage().setBody(Map.of());

            assertThatThrownBy(() -> calls.read(tool, exchange.getMessage())).isInstanceOf(ApiException.class)
                    .hasMessage("integrationId must name an integration with an app: main has only a custom robot");
        }
    }

    @Test
    void refusesABodyOfMoreValuesThanACallHas() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            ToolCalls calls = new ToolCalls(new SettingsReader(Map.of(), Map.of("dingtalk.app-key", "key", "dingtalk.app-secret", "secret"),
                    Map.of(), text -> text, 17).read(), new Tools(context), new CallBody(new HeldBodies()));
            DefaultExchange exchange = new DefaultExchange(context);
            exchange.getMessage().setBody(Buffer.buffer("{\"content\":\"x\",\"state\":{\"x\":[" + "1,".repeat(600_000) + "1]}}"));

            // a tree of them would take a hundred times the bytes that the budget counts
            assertThatThrownBy(() -> calls.read("dingtalk_send_text_notification", exchange.getMessage())).isInstanceOf(ApiException.class)
                    .hasMessageContaining("at most 500000 values");
        }
    }
}
