package io.github.dingtalkcamel.component.stream;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;

/** Words of the other side in a form fit for logs and health: one short line, without the secrets that they may quote. */
final class LogSafe {

    private static final int MAX_LENGTH = 120;

    private LogSafe() {
    }

    static String of(String said) {
        String text = KnownSecrets.clean(said);
        String line = text.codePoints().limit(MAX_LENGTH).map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE
                || Character.getType(c) == Character.LINE_SEPARATOR || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                || Character.getType(c) == Character.FORMAT ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString().strip();
        return text.length() > MAX_LENGTH * 2 ? line + "…" : line;
    }
}
