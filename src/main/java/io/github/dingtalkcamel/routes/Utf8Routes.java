package io.github.dingtalkcamel.routes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import org.apache.camel.dsl.support.SourceLoader;
import org.apache.camel.spi.Resource;

/** Reads route files in UTF-8 (contract 2, "text"). Camel's own way is the machine's charset, which on Java 17 without a locale is ASCII. */
public final class Utf8Routes implements SourceLoader {

    @Override
    public String loadResource(Resource resource) throws IOException {
        try (InputStream in = resource.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
