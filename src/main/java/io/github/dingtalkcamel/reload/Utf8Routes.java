package io.github.dingtalkcamel.reload;

import java.io.IOException;
import java.io.InputStream;

import io.github.dingtalkcamel.encoding.Utf8;
import org.apache.camel.dsl.support.SourceLoader;
import org.apache.camel.spi.Resource;

/**
 * Reads the files that Camel itself loads (routes for the command {@code send}, kamelets, templates) as UTF-8, with or without a byte
 * order mark. Camel would use the machine's charset, which is ASCII on Java 17 without a locale.
 */
public final class Utf8Routes implements SourceLoader {

    @Override
    public String loadResource(Resource resource) throws IOException {
        try (InputStream in = resource.getInputStream()) {
            return Utf8.decode(in.readAllBytes(), resource.getLocation());
        }
    }
}
