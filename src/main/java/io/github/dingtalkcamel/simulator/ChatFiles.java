package io.github.dingtalkcamel.simulator;

import io.vertx.core.buffer.Buffer;

/**
 * Pictures and files that the page's people sent, by download code: at most 8 MiB each and 64 MiB together, the oldest are forgotten
 * first. Safe for use by several threads.
 */
final class ChatFiles {

    static final int MAX_BYTES = 8 << 20;

    private static final int MAX_FILES = 1_000;
    private static final long MAX_TOTAL_BYTES = 64L << 20;

    private final Ring<ChatFile> files = new Ring<>(MAX_FILES, MAX_TOTAL_BYTES, file -> 400 + file.content().length());

    record ChatFile(String code, Buffer content) {
    }

    /** The type of a picture that browsers may show, by its first bytes; anything else is bytes to be saved. */
    static String type(Buffer content) {
        if (begins(content, 0x89, 'P', 'N', 'G')) {
            return "image/png";
        }
        if (begins(content, 0xFF, 0xD8, 0xFF)) {
            return "image/jpeg";
        }
        if (begins(content, 'G', 'I', 'F', '8')) {
            return "image/gif";
        }
        boolean webp = begins(content, 'R', 'I', 'F', 'F') && content.length() > 12 && content.getString(8, 12).equals("WEBP");
        return webp ? "image/webp" : "application/octet-stream";
    }

    static boolean isPicture(Buffer content) {
        return type(content).startsWith("image/");
    }

    private static boolean begins(Buffer content, int... bytes) {
        if (content.length() < bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (content.getUnsignedByte(i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Keeps it.
     *
     * @throws IllegalArgumentException if it is too large
     */
    ChatFile add(Buffer content) {
        if (content.length() > MAX_BYTES) {
            throw new IllegalArgumentException("files may have " + (MAX_BYTES >> 20) + " MiB here, and this one has more");
        }
        ChatFile file = new ChatFile(RandomText.hex32(), content);
        files.add(file);
        return file;
    }

    ChatFile orNull(String code) {
        return files.all().stream().filter(file -> file.code().equals(code)).findAny().orElse(null);
    }
}
