package io.github.dingtalkcamel.reload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import io.github.dingtalkcamel.component.file.FileNames;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;

/**
 * A file of routes as it was read: what runs is always this text, whatever became of the file since.
 *
 * @param name     its name without the directory; a file of the routes directory takes the place of a packaged one of its name
 * @param location where it is, as messages name it
 * @param own      whether it is of the routes directory
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

    /** For people: the path of an own file, {@code packaged reply.camel.yaml} of another. */
    String shown() {
        return own ? location.substring("file:".length()) : "packaged " + name;
    }

    /** The name without what is the same in all: {@code reply} of {@code reply.camel.yaml}. */
    String stem() {
        return name.replaceFirst("(\\.camel)?\\.ya?ml$", "");
    }

    /** Tells one text from another: 16 hexadecimal digits of its SHA-256. */
    static String fingerprint(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
