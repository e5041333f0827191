package io.github.dingtalkcamel.encoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Properties;

import io.github.dingtalkcamel.component.file.FileNames;

/**
 * Reads the files that operators write: settings, texts, routes. All of them are UTF-8, with or without a byte order mark, and at most
 * {@value #MAX_BYTES} bytes. Each message of an exception names the file and says what to do, so it can be shown as it is.
 */
public final class TextFile {

    /** One mebibyte: far more than a person writes into one file. */
    public static final int MAX_BYTES = 1 << 20;

    private TextFile() {
    }

    /**
     * The text of a file, without a byte order mark.
     *
     * @throws NotUtf8Exception where it is not UTF-8, with the place and the encoding that it looks like
     * @throws IOException      where it can't be read or is too large
     */
    public static String read(Path file) throws IOException {
        String name = FileNames.shown(file);
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new NoSuchFileException(name, null, "there is no such file");
        } catch (IOException e) {
            throw new IOException(name + " can't be read: " + reason(e), e);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException(name + " is larger than 1 MiB: split it");
        }
        return Utf8.decode(bytes, name);
    }

    /**
     * The entries of a properties file.
     *
     * @throws IOException as {@link #read} does, where a {@code \\u} escape is malformed, and where a name holds an invisible character
     */
    public static Properties properties(Path file) throws IOException {
        String text = read(file);
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IllegalArgumentException e) {
            throw new IOException(FileNames.shown(file) + " has a \\u that is not followed by four hexadecimal digits:"
                    + " write the backslash twice, as in C:\\\\users", e);
        }
        for (String key : properties.stringPropertyNames()) {
            OptionalInt invisible = key.codePoints().filter(TextFile::isInvisible).findFirst();
            if (invisible.isPresent()) {
                String before = text.substring(0, Math.max(0, text.indexOf(Character.toString(invisible.getAsInt()))));
                throw new IOException(String.format("%s has a name with an invisible character, U+%04X, in line %d:"
                        + " write that line anew by hand", FileNames.shown(file), invisible.getAsInt(),
                        1 + before.chars().filter(c -> c == '\n').count()));
            }
        }
        return properties;
    }

    /** Such a name looks right and is another one: what is set by it would silently not be set. */
    private static boolean isInvisible(int c) {
        return Character.getType(c) == Character.FORMAT || Character.isISOControl(c) || c != ' ' && Character.isSpaceChar(c);
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : " " + e.getMessage());
    }
}
