package io.github.dingtalkcamel.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.util.Map;

import io.github.dingtalkcamel.Bot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A route of the user's on a path that a packaged one takes. */
class HttpPathTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/api/dingtalk/tools/{tool}?httpMethodRestrict=POST | /api/dingtalk/tools/mine                          | true",
        "/api/dingtalk/tools/{tool}?httpMethodRestrict=POST | //api/dingtalk/tools/mine?httpMethodRestrict=POST | true",
        "/api/dingtalk/tools/{tool}?httpMethodRestrict=POST | /api/dingtalk/tools/{x}?httpMethodRestrict=get    | false",
        "/api/dingtalk/tools/{tool}?httpMethodRestrict=POST | /api/dingtalk/{any}/{x}?httpMethodRestrict=GET,post | true",
        "/api/dingtalk/tools/{tool}                         | /api/dingtalk/tools                               | false",
        "/api/dingtalk/tools/{tool}                         | /api/dingtalk?matchOnUriPrefix=true               | true",
        "/api/dingtalk/tools/{tool}                         | /?matchOnUriPrefix=true                           | true",
        "/api/dingtalk/tools/{tool}                         | /api/other?matchOnUriPrefix=true                  | false",
        "/api/dingtalk/openapi.json                         | /api/dingtalk/openapi.json/                       | true",
        "/api/dingtalk/openapi.json                         | /orders                                           | false" })
    void knowsWhetherARequestWouldBeTakenByBoth(String one, String two, boolean both) {
        HttpPath first = HttpPath.read("first", one);
        HttpPath second = HttpPath.read("second", two);

        assertThat(first.overlaps(second)).isEqualTo(both);
        assertThat(second.overlaps(first)).isEqualTo(both);
    }

    @Test
    void tellsAPathThatAVariableCoversFromTheSamePath() {
        HttpPath named = HttpPath.read("named", "/orders/open");
        HttpPath any = HttpPath.read("any", "/orders/{id}");

        assertThat(named.overlaps(any)).isTrue();
        assertThat(named.isSame(any)).isFalse();
        assertThat(any.isSame(HttpPath.read("other", "/orders/{order}"))).isTrue();
        assertThat(any.isSame(HttpPath.read("other", "/orders/{order}?matchOnUriPrefix=true"))).isFalse();
    }

    /** Before and after the packaged file in the order of names. */
    @ParameterizedTest
    @CsvSource({ "aaa.yaml", "zzz.yaml" })
    void stopsTheStartAndNamesBothRoutes(String file) throws Exception {
        try (Bot bot = Bot.withSettings(Map.of()).route(file, route("/api/dingtalk/webhook/main"))) {
            assertThatThrownBy(bot::start).hasStackTraceContaining("Route mine in ")
                    .hasStackTraceContaining(file + " takes /api/dingtalk/webhook/main, which route ")
                    .hasStackTraceContaining("in packaged inbound-webhook.camel.yaml takes (")
                    .hasStackTraceContaining("give it another path, outside /api/dingtalk");
        }
    }

    @Test
    void findsRestServicesToo() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of()).route("mine.yaml", """
                - rest:
                    path: /api/dingtalk
                    post:
                      - path: /tools/{name}
                        to: direct:mine
                - route:
                    from: { uri: direct:mine, steps: [ { setBody: { constant: mine } } ] }
                """)) {
            assertThatThrownBy(bot::start).hasStackTraceContaining(
                    "takes POST /api/dingtalk/tools/{name}, which route tool-http in packaged tool-call.camel.yaml takes");
        }
    }

    static String route(String path) {
        return """
                - route:
                    id: mine
                    from:
                      uri: platform-http:%s
                      steps:
                        - setBody: { constant: mine }
                """.formatted(path);
    }
}
