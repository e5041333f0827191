package io.github.dingtalkcamel.component.api;
import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
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
    public static MultipartForm of(String type, String fileName, Path file) throws FileNotFoundException {
        String boundary = "dingtalk-" + UUID.randomUUID();
        String head = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n" + type + "\r\n"
                      + "--" + boundary + "\r\nContent-Disposition: form-data; name=\"media\"; filename=\""
                      + fileName.replaceAll("[\\p{Cntrl}\"]", "_") + "\"\r\n"
                      + "Content-Type: application/octet-stream\r\n\r\n";
        String end = "\r\n--" + boundary + "--\r\n";
        return new MultipartForm(boundary, BodyPublishers.concat(bytes(head), BodyPublishers.ofFile(file), bytes(end)));
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
