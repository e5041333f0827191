package io.github.dingtalkcamel.files;

import java.util.List;
import java.util.Locale;

/** What DingTalk takes of each kind of file (protocol 6.6.1, 6.3.4): its upload type, its formats by their extensions, and how large. */
enum Media {

    IMAGE("image", 20, "jpg", "jpeg", "gif", "png", "bmp"),
    VOICE("voice", 2, "amr", "ogg", "mp3", "wav"),
    VIDEO("video", 20, "mp4"),
    FILE("file", 20, "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar");

    private static final long MEGABYTE = 1 << 20;
    /** No kind is larger. */
    static final long LARGEST = 20 * MEGABYTE;

    private final String type;
    private final long maxBytes;
    private final List<String> formats;

    Media(String type, int megabytes, String... formats) {
        this.type = type;
        this.maxBytes = megabytes * MEGABYTE;
        this.formats = List.of(formats);
    }

    /** Name of the kind in an upload. */
    String type() {
        return type;
    }

    long maxBytes() {
        return maxBytes;
    }

    /** The kind of a file of this name. */
    static Media of(String name) throws FileException {
        String format = format(name);
        for (Media media : values()) {
            if (media.formats.contains(format)) {
                return media;
            }
        }
        throw new FileException("unsupportedFile", "DingTalk takes no files " + (format.isEmpty() ? "without an extension" : "of type " + format),
                "It takes jpg, gif, png, bmp; amr, ogg, mp3, wav; mp4; doc, docx, xls, xlsx, ppt, pptx, pdf, zip, rar. Argument name may give the file"
                + " another name; pack other files into a zip");
    }

    /** The extension, in lower case, or nothing. */
    static String format(String name) {
        int dot = name.lastIndexOf('.');
        String format = dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
        return format.matches("[a-z0-9]{1,10}") ? format : "";
    }

    /** Whether the first bytes of a file are those of its format: a page named .png is none. */
    static boolean begins(String format, byte[] head) {
        return switch (format) {
            case "jpg", "jpeg" -> at(head, 0, 0xff, 0xd8, 0xff);
            case "gif" -> at(head, 0, 'G', 'I', 'F', '8');
            case "png" -> at(head, 0, 0x89, 'P', 'N', 'G');
            case "bmp" -> at(head, 0, 'B', 'M');
            case "amr" -> at(head, 0, '#', '!', 'A', 'M', 'R');
            case "ogg" -> at(head, 0, 'O', 'g', 'g', 'S');
            case "mp3" -> at(head, 0, 'I', 'D', '3') || head.length > 1 && (head[0] & 0xff) == 0xff && (head[1] & 0xe0) == 0xe0;
            case "wav" -> at(head, 0, 'R', 'I', 'F', 'F') && at(head, 8, 'W', 'A', 'V', 'E');
            case "mp4" -> at(head, 4, 'f', 't', 'y', 'p');
            case "docx", "xlsx", "pptx", "zip" -> at(head, 0, 'P', 'K');
            case "doc", "xls", "ppt" -> at(head, 0, 0xd0, 0xcf, 0x11, 0xe0);
            case "pdf" -> at(head, 0, '%', 'P', 'D', 'F');
            case "rar" -> at(head, 0, 'R', 'a', 'r', '!');
            default -> false;
        };
    }

    private static boolean at(byte[] head, int offset, int... bytes) {
        if (head.length < offset + bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if ((head[offset + i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }
}
