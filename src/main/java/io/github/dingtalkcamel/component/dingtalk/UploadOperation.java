package io.github.dingtalkcamel.component.dingtalk;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.component.api.MultipartForm;
import io.github.dingtalkcamel.component.file.Media;
import io.github.dingtalkcamel.component.file.SafeFileName;
import org.apache.camel.Exchange;
import org.apache.camel.WrappedFile;

/** {@code dingtalk:upload}: the body's file, whose media id becomes the body. Checked before anything is sent: kind and size. */
record UploadOperation(Api api, DingTalkConfiguration uri) implements Operation {

    @Override
    public CompletableFuture<?> perform(Exchange exchange) throws FileException, IOException {
        MessageOptions options = new MessageOptions(exchange, uri);
        String name = name(exchange, options);
        Media media = media(options.text(DingTalkConstants.MEDIA_TYPE, uri.getMediaType()), name);
        Path given = file(exchange.getMessage().getBody());
        if (given != null) {
            return upload(exchange, media, name, given);
        }
        Path temporary = Files.createTempFile("dingtalk-upload", null);
        try {
            copy(exchange, media, temporary);
            return upload(exchange, media, name, temporary).whenComplete((done, failure) -> delete(temporary));
        } catch (FileException | IOException | RuntimeException e) {
            delete(temporary);
            throw e;
        }
    }

    private CompletableFuture<?> upload(Exchange exchange, Media media, String name, Path file) throws FileException, IOException {
        long size = Files.size(file);
        if (size == 0) {
            throw new FileException("emptyFile", "The file is empty", "Check the body of the message to dingtalk:upload");
        }
        if (size > media.maxBytes()) {
            throw tooLarge(media);
        }
        return api.post(exchange, "/media/upload", MultipartForm.of(media.type(), name, file))
                .thenAccept(answer -> exchange.getMessage().setBody(answer.path("media_id").asText()));
    }

    private static String name(Exchange exchange, MessageOptions options) {
        String name = options.text(DingTalkConstants.FILE_NAME, options.uri().getFileName());
        if (name == null) {
            name = exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class);
        }
        if (name == null) {
            Path file = file(exchange.getMessage().getBody());
            name = file == null ? null : file.getFileName().toString();
        }
        if (name == null) {
            throw new IllegalArgumentException("dingtalk:upload needs the file's name with its extension: option fileName, or header "
                    + DingTalkConstants.FILE_NAME + " or " + Exchange.FILE_NAME);
        }
        String shown = SafeFileName.shown(name);
        return shown.isEmpty() ? "file" : shown;
    }

    /** Where the body's file is on this machine; null where the body is none. */
    private static Path file(Object body) {
        Object file = body instanceof WrappedFile<?> wrapped ? wrapped.getFile() : body;
        return file instanceof File local ? local.toPath() : file instanceof Path path ? path : null;
    }

    private static Media media(String type, String name) throws FileException {
        if (type == null) {
            return Media.of(name);
        }
        try {
            return Media.valueOf(type.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Option mediaType must be image, voice, video or file");
        }
    }

    private static void copy(Exchange exchange, Media media, Path into) throws FileException, IOException {
        InputStream in = exchange.getMessage().getBody(InputStream.class);
        if (in == null) {
            throw new IllegalArgumentException("The body of a message to dingtalk:upload is the file: bytes, a stream or a file");
        }
        try (in; OutputStream out = Files.newOutputStream(into)) {
            byte[] buffer = new byte[16_384];
            long left = media.maxBytes();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                left -= count;
                if (left < 0) {
                    throw tooLarge(media);
                }
                out.write(buffer, 0, count);
            }
        }
    }

    private static FileException tooLarge(Media media) {
        return new FileException("fileTooLarge", "The file is larger than " + (media.maxBytes() >> 20) + " MB", "DingTalk takes "
                + (media.maxBytes() >> 20)
                + " MB of this kind of file: make it smaller, or put it somewhere and send a link");
    }

    private static void delete(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            temporary.toFile().deleteOnExit();
        }
    }
}
