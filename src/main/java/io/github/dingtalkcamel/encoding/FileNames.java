package io.github.dingtalkcamel.encoding;

import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.io.ByteArrayOutputStream;

/**
 * Names of files on a machine whose locale does not know their characters. There, {@link Path#toString} replaces what it can't show, although the path
 * itself holds the name's bytes and works.
 */
public final class FileNames {

    private FileNames() {
    }

    /** A path as a person wrote it, for logs and messages: as given where it is relative, with its characters whatever the locale. */
    public static String shown(Path path) {
        String text = path.toString();
        if (text.indexOf('\uFFFD') < 0 || path.getFileSystem() != FileSystems.getDefault()) {
            return text;
        }
        String whole = utf8(path.toUri().getRawPath());
        String base = path.isAbsolute() ? "" : utf8(Path.of("").toUri().getRawPath());
        return (whole.startsWith(base) ? whole.substring(base.length()) : whole).replaceFirst("(?<=.)/$", "");
    }

    /** The last name of a path, likewise. */
    public static String name(Path path) {
        return shown(path.getFileName());
    }

    /** A URI's path holds the bytes of the name, escaped: the only way to them. */
    private static String utf8(String escaped) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '%' && i + 2 < escaped.length()) {
                bytes.write(Integer.parseInt(escaped.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(escaped.charAt(i));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
