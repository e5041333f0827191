package io.github.dingtalkcamel.component.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/** A stream of which no more than so many bytes can be read or skipped: reading on fails. It can't be marked. */
public final class BoundedInputStream extends FilterInputStream {

    private final Supplier<IOException> tooLarge;
    private long left;

    /**
     * @param most     bytes
     * @param tooLarge what reading on fails with
     */
    public BoundedInputStream(InputStream in, long most, Supplier<IOException> tooLarge) {
        super(in);
        this.left = most;
        this.tooLarge = tooLarge;
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        count(read < 0 ? 0 : 1);
        return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = super.read(bytes, offset, length);
        count(Math.max(0, read));
        return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
        long skipped = super.skip(bytes);
        count(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long bytes) throws IOException {
        left -= bytes;
        if (left < 0) {
            throw tooLarge.get();
        }
    }
}
