package io.github.dingtalkcamel.tool;

/** A film's head, which is all of it. */
public final class Film {

    private Film() {
    }

    public static byte[] of(int scale, int length) {
        return DownloadsTest.mp4(scale, length);
    }
}
