package io.github.dingtalkcamel.reload;

import java.nio.file.Path;

import io.github.dingtalkcamel.component.file.FileNames;
import io.github.dingtalkcamel.component.secrets.Sha256;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;

/**
 * A route file as it was read. What runs is always this text, even if the file has changed since.
 *
 * @param name     its name without the directory; a file of the routes directory replaces the packaged one of its name
 * @param location where it is, as log lines name it
 * @param own      whether it is in the routes directory
 */
record RouteFile(String name, String location, String text, boolean own) {

    static RouteFile own(Path file, String text) {
        return new RouteFile(FileNames.name(file), "file:" + FileNames.shown(file), text, true);
    }

    static RouteFile packaged(String name, String text) {
        return new RouteFile(name, "classpath:routes/" + name, text, false);
    }

    Resource resource() {
        return ResourceHelper.fromString(location, text);
    }

    /** As log lines name it: the path of a file in the routes directory, or {@code packaged reply-message.camel.yaml}. */
    String shown() {
        return own ? location.substring("file:".length()) : "packaged " + name;
    }

    /** The name without its extension. */
    String stem() {
        return RouteFileNames.shortName(name);
    }

    /** Tells one text from another: 16 hexadecimal digits of its SHA-256. */
    static String fingerprint(String text) {
        return Sha256.hex(text).substring(0, 16);
    }
}
