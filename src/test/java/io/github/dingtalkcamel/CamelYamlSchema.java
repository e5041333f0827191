package io.github.dingtalkcamel;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;

/** Camel's schema of its YAML DSL. It takes a good part of a test's heap, so there is one for all, which goes where memory is short. */
final class CamelYamlSchema {

    private static SoftReference<JsonSchema> schema = new SoftReference<>(null);

    private CamelYamlSchema() {
    }

    static synchronized Set<ValidationMessage> validate(JsonNode routes) throws IOException {
        JsonSchema known = schema.get();
        if (known == null) {
            try (InputStream file = CamelYamlSchema.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
                known = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(file);
            }
            schema = new SoftReference<>(known);
        }
        return known.validate(routes);
    }
}
