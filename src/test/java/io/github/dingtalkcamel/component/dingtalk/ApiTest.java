package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Map;

import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:api} calls any path of either host, with the token where that host wants it. */
class ApiTest {

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private static Map<String, Object> message() {
        return Map.of("robotCode", BareContext.APP_KEY, "openConversationId", BareContext.GROUP, "msgKey", "sampleText", "msgParam",
                "{\"content\":\"hi\"}");
    }

    @Test
    void callsTheNewerApiWithTheTokenInAHeader() {
        Map<?, ?> answer = bare.send("dingtalk:api?path=/v1.0/robot/groupMessages/send", message()).getMessage().getBody(Map.class);

        assertThat(answer.get("processQueryKey")).asString().isNotEmpty();
        assertThat(bare.texts(BareContext.GROUP)).containsExactly("hi");
        RecordedRequest request = bare.requests("/v1.0/robot/groupMessages/send").get(0);
        assertThat(request.header("x-acs-dingtalk-access-token")).isNotEmpty();
        assertThat(request.query()).isNull();
    }

    @Test
    void callsTheOlderApiWithTheTokenInTheQuery() {
        Map<?, ?> answer = bare.send("dingtalk:api", "{\"dept_id\":1}", Map.of("CamelDingTalkPath", "/topapi/v2/department/listsub"))
                .getMessage()
                .getBody(Map.class);

        assertThat(answer.get("errcode")).isEqualTo(0);
        RecordedRequest request = bare.requests("/topapi/v2/department/listsub").get(0);
        assertThat(request.query()).startsWith("access_token=");
        assertThat(request.headers()).doesNotContainKey("x-acs-dingtalk-access-token");
    }

    @Test
    void usesTheMethodAndKeepsTheQuery() {
        bare.simulator().faults().on("/v1.0/some/thing").answer(200, "{\"ok\":true}");
        Map<?, ?> answer = bare.send("dingtalk:api?httpMethod=GET", null, Map.of("CamelDingTalkPath", "/v1.0/some/thing?a=b%20c"))
                .getMessage()
                .getBody(Map.class);

        assertThat(answer.get("ok")).isEqualTo(true);
        RecordedRequest request = bare.requests("/v1.0/some/thing").get(0);
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.query()).isEqualTo("a=b%20c");
        assertThat(request.body()).isEmpty();
    }

    @Test
    void noHeaderOfTheExchangeGoesOut() {
        bare.send("dingtalk:api?path=/v1.0/robot/groupMessages/send", message(), Map.of("X-Internal", "secret", "Cookie", "a=b", "Host",
                "e.invalid"));

        assertThat(bare.requests("/v1.0/robot/groupMessages/send").get(0).headers()).doesNotContainKeys("x-internal", "cookie")
                .extractingByKey("host").asString().doesNotContain("e.invalid");
    }

    @Test
    void neverLeavesTheConfiguredHosts() {
        for (String path : new String[] { "@e.invalid/x", "//e.invalid/x", "http://e.invalid/x", "/v1.0/../../x", "/a b", ".e.invalid/",
                "/x#y" }) {
            assertThat(bare.send("dingtalk:api", Map.of(), Map.of("CamelDingTalkPath", path)).getException()).as(path)
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("path");
        }
        assertThat(bare.simulator().requests()).isEmpty();
    }
}
