package io.github.dingtalkcamel.agent;

import java.io.IOException;
import java.io.InputStream;

import io.github.dingtalkcamel.component.http.BoundedInputStream;
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
        return new BoundedInputStream(super.getContent(), most, () -> tooLarge(most));
    }

    private static IOException tooLarge(long most) {
        return new IOException("the answer has more than " + (most >> 20) + " MiB, and would be held in memory: ask for less,"
                + " or set the endpoint's option disableStreamCache");
    }
}
