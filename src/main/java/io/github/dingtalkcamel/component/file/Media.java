package io.github.dingtalkcamel.component.file;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

import io.github.dingtalkcamel.component.api.FileException;

/**
 * What DingTalk takes of each kind of file (docs/protocol.md 6.6.1, 6.3.4): its upload type, its formats by their extensions, and how
 * large.
 */
public enum Media {

    IMAGE("image", 20, "jpg", "jpeg", "gif", "png", "bmp"),
    VOICE("voice", 2, "amr", "ogg", "mp3", "wav"),
    VIDEO("video", 20, "mp4"),
    FILE("file", 20, "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar");

    private static final long MEGABYTE = 1 << 20;
    /** No kind is larger. */
    public static final long LARGEST = 20 * MEGABYTE;

    private final String type;
    private final long maxBytes;
    private final List<String> formats;

    Media(String type, int megabytes, String... formats) {
        this.type = type;
        this.maxBytes = megabytes * MEGABYTE;
        this.formats = List.of(formats);
    }

    /** Name of the kind in an upload. */
    public String type() {
        return type;
    }

    /** Bytes of the largest file of this kind. */
    public long maxBytes() {
        return maxBytes;
    }

    /** The kind of a file of this name. */
    public static Media of(String name) throws FileException {
        String format = format(name);
        for (Media media : values()) {
            if (media.formats.contains(format)) {
                return media;
            }
        }
        throw new FileException("unsupportedFile", "DingTalk takes no files "
                + (format.isEmpty() ? "without an extension" : "of type " + format),
                "It takes jpg, gif, png, bmp; amr, ogg, mp3, wav; mp4; doc, docx, xls, xlsx, ppt, pptx, pdf, zip, rar. Give the file a"
                + " name of one of these types, or pack it into a zip");
    }

    /** The extension, in lower case, or nothing. */
    public static String format(String name) {
        int dot = name.lastIndexOf('.');
        String format = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
        return format.matches("[a-z0-9]{1,10}") ? format : "";
    }

    /** Whether a file's first bytes are those of a web page: what servers answer in a file's place when something is wrong. */
    public static boolean isPage(byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1).stripLeading().toLowerCase(Locale.ROOT);
        return text.startsWith("<!doctype html") || text.startsWith("<html");
    }
}
