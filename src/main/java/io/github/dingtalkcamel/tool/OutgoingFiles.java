package io.github.dingtalkcamel.tool;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.component.api.PublicAddresses;
import io.github.dingtalkcamel.component.file.Media;
import io.github.dingtalkcamel.component.file.SafeFileName;
import io.github.dingtalkcamel.settings.Settings;

/**
 * Takes files to send from where they are, and looks at them before anything is sent: whether they may be sent, and whether DingTalk takes
 * them (docs/protocol.md 6.6.1). Nothing is held in memory as a whole but what came as base64.
 */
public final class OutgoingFiles {

    private static final int PIECE = 16 * 1024;
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final FilesDirectory directory;
    private final Downloads downloads;

    public OutgoingFiles(Settings settings) {
        this(settings.files().directory(), new Downloads(PublicAddresses::lookUp, address -> settings.files().privateUrls()
                || PublicAddresses.isPublic(address),
                DEADLINE));
    }

    OutgoingFiles(Optional<Path> directory, Downloads downloads) {
        this.directory = new FilesDirectory(directory);
        this.downloads = downloads;
    }

    /** A file below {@code dingtalk.files-dir}. */
    OutgoingFile fromPath(String path, Optional<String> name) throws FileException {
        Path file = directory.resolve(path);
        return checked(file, name.orElse(path));
    }

    /**
     * A file of the web.
     *
     * @param temporary where it is kept; the caller deletes it
     */
    OutgoingFile fromUrl(String url, Optional<String> name, Path temporary) throws FileException {
        URI uri = Downloads.uri(url);
        // a wrong type is found before anything is fetched
        String called = name.orElseGet(() -> uri.getPath() == null ? "" : uri.getPath());
        long maxBytes = Media.of(SafeFileName.shown(called)).maxBytes();
        downloads.fetch(uri, maxBytes, temporary);
        return checked(temporary, called);
    }

    /** A file that came as base64, with or without line breaks; {@code temporary} as with {@link #fromUrl}. */
    OutgoingFile fromBase64(InputStream base64, Optional<String> name, Path temporary) throws FileException {
        String called = name.orElseThrow(() -> new FileException("nameMissing", "A file in base64 has no name",
                "Say its name, with its extension, in argument name"));
        Media.of(SafeFileName.shown(called));
        try (OutputStream out = Files.newOutputStream(temporary)) {
            write(base64, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return checked(temporary, called);
    }

    /** Piece by piece: of what came as base64 there is one copy in memory, and no second one. */
    private static void write(InputStream base64, OutputStream out) throws IOException, FileException {
        byte[] piece = new byte[PIECE];
        try (InputStream decoded = Base64.getDecoder().wrap(new Base64Text(base64))) {
            long size = 0;
            for (int read = read(decoded, piece); read >= 0; read = read(decoded, piece)) {
                size += read;
                if (size > Media.LARGEST) {
                    throw Downloads.tooLarge(Media.LARGEST);
                }
                out.write(piece, 0, read);
            }
        }
    }

    private static int read(InputStream decoded, byte[] piece) throws FileException {
        try {
            return decoded.read(piece);
        } catch (IOException e) {
            // the text itself cannot fail, so the decoder found fault with it
            throw new FileException("badBase64", "Argument base64 is not Base64", "Encode the file's bytes as Base64");
        }
    }

    private static OutgoingFile checked(Path file, String called) throws FileException {
        String name = SafeFileName.shown(called);
        Media media = Media.of(name);
        String format = Media.format(name);
        try {
            long size = Files.size(file);
            if (size == 0) {
                throw new FileException("emptyFile", "The file is empty", "Check what was to be sent");
            }
            if (size > media.maxBytes()) {
                throw Downloads.tooLarge(media.maxBytes());
            }
            if (Media.isPage(head(file))) {
                throw new FileException("wrongContent", "The file is named ." + format
                        + ", but is a web page", "Check what was to be sent: it may be an error page");
            }
            boolean lasts = media == Media.VOICE || media == Media.VIDEO;
            Duration length = lasts ? MediaLength.of(file, format).orElseThrow(() -> new FileException("lengthUnknown",
                    "How long the " + format + " lasts can't be read from it", "It may be damaged; play it, or pack it into a zip"))
                            : Duration.ZERO;
            return new OutgoingFile(file, name, media, length);
        } catch (IOException e) {
            throw new FileException("fileUnreadable", "The file can't be read: " + e.getClass()
                    .getSimpleName(), "Check that the process may read it");
        }
    }

    private static byte[] head(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(64);
        }
    }

    /** The message that shows the file (docs/protocol.md 6.3.4): the template's name. */
    static String msgKey(Media media) {
        return switch (media) {
            case IMAGE -> "sampleImageMsg";
            case VOICE -> "sampleAudio";
            case VIDEO -> "sampleVideo";
            case FILE -> "sampleFile";
        };
    }

    /** Its parameters. */
    static Map<String, String> msgParam(OutgoingFile file, String mediaId, String coverId) {
        return switch (file.media()) {
            case IMAGE -> Map.of("photoURL", mediaId);
            case VOICE -> Map.of("mediaId", mediaId, "duration", String.valueOf(Math.max(1, file.length().toMillis())));
            case VIDEO -> Map.of("videoMediaId", mediaId, "duration", String.valueOf(Math.max(1, file.length().toSeconds())), "videoType",
                    file.format(),
                    "picMediaId", coverId);
            case FILE -> Map.of("mediaId", mediaId, "fileName", file.name(), "fileType", file.format());
        };
    }
}
