package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Wrong options fail when a route starts, with what to do; and tools know all options from the catalog's JSON. */
class OptionsTest {

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private void refuses(String from, String to, String... words) {
        assertThatThrownBy(() -> bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from(from).to(to);
            }
        })).satisfies(thrown -> {
            Throwable root = thrown;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            assertThat(root.getMessage()).contains(words);
        });
    }

    @Test
    void anUnknownOptionFailsAtTheStart() {
        refuses("direct:a", "dingtalk:send?recipentId=x", "recipentId");
        refuses("dingtalk:messages?conections=2", "direct:a", "conections");
    }

    @Test
    void anUnknownKindNamesThoseThatThereAre() {
        refuses("direct:a", "dingtalk:sent", "dingtalk:sent does not exist", "send", "users");
    }

    @Test
    void aConsumerIsNoProducerAndTheOtherWayRound() {
        refuses("direct:a", "dingtalk:messages", "dingtalk:messages is a consumer", "dingtalk:send");
        refuses("dingtalk:send", "direct:a", "dingtalk:send is a producer", "dingtalk:messages");
    }

    @Test
    void missingCredentialsAreNamed() {
        bare.component().getConfiguration().setAppSecret(null);
        refuses("direct:a", "dingtalk:send", "option appKey", "option appSecret", "developer console");
        refuses("dingtalk:messages", "direct:a", "option appSecret");
    }

    @Test
    void anIntegrationNeedsAnApplicationThatHasSome() {
        refuses("direct:a", "dingtalk:send?integration=main", "IntegrationLookup", "appKey");
    }

    @Test
    void wrongValuesAreNamedWithTheRightForm() {
        refuses("direct:a", "dingtalk:send?apiBaseUrl=ftp://x", "apiBaseUrl", "https://api.dingtalk.com");
        refuses("direct:a", "dingtalk:send?timeout=0", "timeout");
        refuses("direct:a", "dingtalk:send?language=fr", "zh-Hans or en");
        refuses("dingtalk:messages?connections=0", "direct:a", "connections");
    }

    @Test
    void theCatalogKnowsAllOptionsHeadersAndSecrets() throws Exception {
        JsonNode catalog;
        try (InputStream in = getClass().getResourceAsStream("/META-INF/io/github/dingtalkcamel/component/dingtalk/dingtalk.json")) {
            catalog = new ObjectMapper().readTree(in);
        }
        Set<String> secret = new TreeSet<>();
        catalog.path("properties").fields().forEachRemaining(option -> {
            assertThat(option.getValue().path("description").asText()).as(option.getKey()).isNotBlank();
            if (option.getValue().path("secret").asBoolean()) {
                secret.add(option.getKey());
            }
        });
        assertThat(secret).containsExactly("appSecret", "secret", "webhookUrl");
        assertThat(catalog.path("properties").path("kind").path("enum")).hasSize(12);
        assertThat(catalog.path("properties").path("recipientType").path("defaultValue").asText()).isEqualTo("user_id");
        assertThat(catalog.path("headers").has("CamelDingTalkSentMessageId")).isTrue();
        assertThat(List.of("appKey", "timeout", "callLimiter")).allSatisfy(option -> assertThat(catalog.path("componentProperties")
                .has(option)).isTrue());
    }
}
