package io.github.dingtalkcamel.tool;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import org.apache.hc.client5.http.entity.mime.AbstractContentBody;
import org.apache.hc.core5.http.ContentType;

/** A file in a form, by its path: {@link java.io.File}, which the HTTP client takes, loses names that the locale does not know. */
final class PathBody extends AbstractContentBody {

    private final Path path;
    private final String name;

    PathBody(Path path, String name) {
        super(ContentType.APPLICATION_OCTET_STREAM);
        this.path = path;
        this.name = name;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        Files.copy(path, out);
    }

    @Override
    public String getFilename() {
        return name;
    }

    /** In bytes, or -1 where the file is gone, which then fails as it is sent. */
    @Override
    public long getContentLength() {
        try {
            return Files.size(path);
        } catch (IOException e) {
            return -1;
        }
    }
}
