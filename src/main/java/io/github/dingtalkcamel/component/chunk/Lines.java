package io.github.dingtalkcamel.component.chunk;

/** Lines as CommonMark has them: they end with LF, CR or CR LF. */
final class Lines {

    private Lines() {
    }

    /** Whether a line begins here. */
    static boolean isStart(String text, int position) {
        if (position == 0) {
            return true;
        }
        char before = text.charAt(position - 1);
        return before == '\n' || before == '\r' && !(position < text.length() && text.charAt(position) == '\n');
    }

    /** Whether a line ends here: just before its line break, or at the end of the text. */
    static boolean isEnd(String text, int position) {
        if (position == text.length()) {
            return true;
        }
        char next = text.charAt(position);
        return next == '\r' || next == '\n' && !(position > 0 && text.charAt(position - 1) == '\r');
    }

    /** The beginning of the line that holds this position. */
    static int start(String text, int position) {
        int start = position;
        while (!isStart(text, start)) {
            start--;
        }
        return start;
    }

    /** The beginning of the line after the one that ends here; the length of the text if there is none. */
    static int next(String text, int end) {
        return end + lineBreak(text, end).length();
    }

    /** The line break at the end of a line; empty at the end of the text. */
    static String lineBreak(String text, int end) {
        if (end == text.length()) {
            return "";
        }
        return text.startsWith("\r\n", end) ? "\r\n" : text.substring(end, end + 1);
    }

    /** Whether the line that begins here holds nothing but white space. */
    static boolean isBlank(String text, int start) {
        int at = start;
        while (!isEnd(text, at)) {
            if (!Character.isWhitespace(text.charAt(at))) {
                return false;
            }
            at++;
        }
        return true;
    }
}
