package io.github.dingtalkcamel.component.file;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Names of files on a machine whose locale does not know their characters. There, {@link Path#toString} replaces what it can't show,
 * although the path itself holds the name's bytes and works.
 */
public final class FileNames {

    private FileNames() {
    }

    /**
     * The path of this name, also where the locale does not know its characters: as UTF-8 then, which is what other programs write. Works
     * with {@link java.nio.file.Files}; {@link Path#toFile} loses the characters.
     *
     * @param base what a relative name is relative to; null for the working directory
     * @throws InvalidPathException where no file can have this name
     */
    public static Path path(Path base, String name) {
        try {
            return base == null ? Path.of(name) : base.resolve(name);
        } catch (InvalidPathException e) {
            if (File.separatorChar != '/' || name.indexOf('\0') >= 0) {
                throw e;
            }
            StringBuilder uri = new StringBuilder("file://");
            if (!name.startsWith("/")) {
                uri.append((base == null ? Path.of("") : base).toUri().getRawPath().replaceFirst("/$", "")).append('/');
            }
            for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
                uri.append(each == '/' ? "/" : String.format("%%%02X", each));
            }
            // a slash too many at either end is none of a URI's path
            return Path.of(URI.create(uri.toString().replaceFirst("(?<=.{8})/+$", "")));
        }
    }

    /** Whether this process can use files of this name by all means of Java's. */
    public static boolean isKnown(String name) {
        // Windows takes names as characters, others as bytes
        return File.separatorChar != '/' || Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8")).newEncoder().canEncode(name);
    }

    /** A path as a person wrote it, for logs and messages: as given where it is relative, with its characters in every locale. */
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
