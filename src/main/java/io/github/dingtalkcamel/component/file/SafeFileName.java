package io.github.dingtalkcamel.component.file;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;


/**
 * Makes file names of names that came from outside. A result is one name without directories, control characters and invisible
 * characters. It has at most {@value #MOST_BYTES} bytes in UTF-8, with its extension kept, so that a prefix or a suffix of some tens of
 * bytes fits beside it on any file system.
 */
public final class SafeFileName {

    static final int MOST_BYTES = 180;

    private static final int MOST_EXTENSION_BYTES = 20;
    /** Camel's file component evaluates a name that holds such a token as an expression. */
    private static final Pattern EXPRESSION = Pattern.compile("\\$(?=(simple)?\\{)");
    /** Names that Windows reserves for devices, with any extension. */
    private static final Pattern DEVICE = Pattern.compile("(?i)(con|prn|aux|nul|conin\\$|conout\\$|(com|lpt)[0-9¹²³])( *\\..*)?");
    /** Camel's file component takes a file of this name for another file's lock. */
    private static final Pattern LOCK = Pattern.compile("(?i)(.*)\\.(camellock)");

    private SafeFileName() {
    }

    /**
     * A name to store a file under, on any operating system. Empty where nothing is left of it, or where the locale of this process does
     * not know its characters.
     *
     * @param name as it came, or null
     */
    public static String toStore(String name) {
        String safe = shown(name).replaceAll("[<>:|?*]", "_");
        safe = EXPRESSION.matcher(safe).replaceAll("_");
        // a hidden file, an option of a command, a home directory
        safe = safe.replaceFirst("^[. ]+", "").replaceFirst("^[-~]", "_");
        safe = LOCK.matcher(safe).replaceFirst("$1_$2");
        safe = cut(DEVICE.matcher(safe).matches() ? "_" + safe : safe);
        return FileNames.isKnown(safe) ? safe : "";
    }

    /** A name to show to people and to send along with a file. */
    public static String shown(String name) {
        if (name == null) {
            return "";
        }
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        StringBuilder visible = new StringBuilder();
        last.codePoints().filter(SafeFileName::isVisible).map(c -> Character.isSpaceChar(c) ? ' ' : c).forEach(visible::appendCodePoint);
        return cut(visible.toString().replaceAll(" {2,}", " "));
    }

    /** Format characters can turn a name around, so that {@code exe.fdp} is read as {@code pdf.exe}. */
    private static boolean isVisible(int c) {
        return c != '"' && c != '\uFFFD' && switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String cut(String name) {
        String trimmed = withoutEnd(name.strip());
        if (bytes(trimmed) <= MOST_BYTES) {
            return trimmed;
        }
        int dot = trimmed.lastIndexOf('.');
        String extension = dot > 0 && bytes(trimmed.substring(dot)) <= MOST_EXTENSION_BYTES ? trimmed.substring(dot) : "";
        int most = MOST_BYTES - bytes(extension);
        StringBuilder stem = new StringBuilder();
        int taken = 0;
        for (int c : trimmed.codePoints().toArray()) {
            taken += bytes(Character.toString(c));
            if (taken > most) {
                break;
            }
            stem.appendCodePoint(c);
        }
        return withoutEnd(stem.toString().strip()) + extension;
    }

    /** Windows drops dots and spaces at the end. */
    private static String withoutEnd(String name) {
        return name.replaceFirst("[. ]+$", "");
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
