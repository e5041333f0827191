package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.json.Json;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The OpenAPI document says of tools what calls are checked by. */
class OpenApiDocumentTest {

    private static JsonNode document;

    @BeforeAll
    static void read() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            document = Json.MAPPER.readTree(new OpenApiDocument(new Tools(context)).json());
        }
    }

    private static JsonNode schema(Tool tool) {
        return body(tool).path("schema");
    }

    private static JsonNode body(Tool tool) {
        return document.path("paths").path("/api/dingtalk/tools/" + tool.wireName()).at("/post/requestBody/content/application~1json");
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void theToolsComeBeforeAdmin() {
        assertThat(names(document.path("paths"))).startsWith(Tool.values().stream().map(tool -> "/api/dingtalk/tools/" + tool.wireName())
                .toArray(String[]::new)).contains("/api/dingtalk/integrations").doesNotHaveDuplicates();
    }

    @Test
    void argumentsHaveTheLimitsThatTheyAreCheckedBy() {
        JsonNode users = schema(Tool.LIST_USERS).path("properties");
        assertThat(users.path("pageSize").toString())
                .isEqualTo("{\"type\":\"integer\",\"minimum\":1,\"maximum\":100,\"description\":\"Users in a page\",\"default\":20}");
        assertThat(users.at("/keyword/maxLength").asInt()).isEqualTo(100);
        assertThat(users.path("departmentId").has("maximum")).isFalse();
        assertThat(users.at("/language/enum").toString()).isEqualTo("[\"zh_CN\",\"en_US\"]");
        JsonNode rich = schema(Tool.SEND_RICH);
        assertThat(rich.path("required").toString()).isEqualTo("[\"mode\"]");
        assertThat(rich.at("/properties/card/oneOf/0/$ref").asText()).isEqualTo("#/components/schemas/Card");
        assertThat(rich.at("/properties/recipient_id/oneOf/1/items/maxLength").asInt()).isEqualTo(512);
        assertThat(rich.at("/properties/timeoutMs/default").asInt()).isEqualTo(10_000);
        assertThat(rich.path("additionalProperties").asBoolean(true)).isFalse();
    }

    @Test
    void examplesHaveOnlyArgumentsThatThereAre() {
        for (Tool tool : Tool.values()) {
            assertThat(names(schema(tool).path("properties"))).as(tool.wireName()).containsAll(names(body(tool).path("example")));
        }
    }

    @Test
    void aCardHasTheFieldsThatItIsReadBy() {
        JsonNode schemas = document.at("/components/schemas");
        assertThat(names(schemas.at("/Card/properties"))).containsExactlyInAnyOrderElementsOf(CardArgument.NAMES);
        assertThat(names(schemas.at("/Button/properties"))).containsExactlyInAnyOrderElementsOf(CardArgument.BUTTON_NAMES);
    }
}
