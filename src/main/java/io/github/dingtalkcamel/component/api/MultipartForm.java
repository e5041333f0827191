package io.github.dingtalkcamel.component.api;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** A form with one file, as {@code /media/upload} takes it. Can be sent several times; the file is read anew each time. */
public final class MultipartForm {

    private final String contentType;
    private final BodyPublisher body;

    private MultipartForm(String boundary, BodyPublisher body) {
        this.contentType = "multipart/form-data; boundary=" + boundary;
        this.body = body;
    }

    /** @param type DingTalk's kind of media. @param fileName without directories and control characters */
    public static MultipartForm of(String type, String fileName, Path file) throws IOException {
        String boundary = "dingtalk-" + UUID.randomUUID();
        String head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n" + type + "\r\n"
                      + "--" + boundary + "\r\nContent-Disposition: form-data; name=\"media\"; filename=\""
                      + fileName.replaceAll("[\\p{Cntrl}\"]", "_") + "\"\r\n"
                      + "Content-Type: application/octet-stream\r\n\r\n";
        BodyPublisher before = bytes(head);
        BodyPublisher after = bytes("\r\n--" + boundary + "--\r\n");
        long length = before.contentLength() + Files.size(file) + after.contentLength();
        BodyPublisher all = BodyPublishers.concat(before, BodyPublishers.ofInputStream(() -> open(file)), after);
        return new MultipartForm(boundary, BodyPublishers.fromPublisher(all, length));
    }

    /**
     * Opened by its path: the client's own {@code ofFile} goes by a {@link java.io.File}, which loses names that the JVM's locale can't
     * encode, and the call then waits for its end.
     *
     * @return null where it can't be opened, with which the client fails the call
     */
    private static InputStream open(Path file) {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            return null;
        }
    }

    private static BodyPublisher bytes(String text) {
        return BodyPublishers.ofByteArray(text.getBytes(StandardCharsets.UTF_8));
    }

    String contentType() {
        return contentType;
    }

    BodyPublisher publisher() {
        return body;
    }
}
