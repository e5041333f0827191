package io.github.dingtalkcamel.agent;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/** An answer over HTTP of which no more than so many bytes can be read: reading on fails. */
final class BoundedEntity extends HttpEntityWrapper {

    private final long most;

    BoundedEntity(HttpEntity entity, long most) {
        super(entity);
        this.most = most;
    }

    /** @throws IOException where it says at once that it is larger */
    static BoundedEntity of(HttpEntity entity, long most) throws IOException {
        if (entity.getContentLength() > most) {
            throw tooLarge(most);
        }
        return new BoundedEntity(entity, most);
    }

    @Override
    public InputStream getContent() throws IOException {
        return new Bounded(super.getContent());
    }

    private static IOException tooLarge(long most) {
        return new IOException("the answer has more than " + (most >> 20) + " MiB, and would be held in memory: ask for less,"
                + " or set the endpoint's option disableStreamCache");
    }

    private final class Bounded extends FilterInputStream {

        private long left = most;

        Bounded(InputStream answer) {
            super(answer);
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
                throw tooLarge(most);
            }
        }
    }
}
