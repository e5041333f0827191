package io.github.dingtalkcamel.simulator.platform;

import io.vertx.core.buffer.Buffer;

/** Tells pictures that browsers can show from other files, by their first bytes. */
public final class PictureType {

    private PictureType() {
    }

    /** The type of a picture that browsers may show, by its first bytes; {@code application/octet-stream} for other files. */
    public static String of(Buffer content) {
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

    public static boolean isPicture(Buffer content) {
        return of(content).startsWith("image/");
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
}
