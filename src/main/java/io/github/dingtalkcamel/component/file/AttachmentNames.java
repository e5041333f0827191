package io.github.dingtalkcamel.component.file;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;

/**
 * Names for what people sent, to store it under: the sender's name for it, made safe, else its kind and the time (UTC), such as
 * {@code picture-20261128-090503-123.jpg}. Names of the second form are unique within a process; two senders may choose the same name.
 */
public final class AttachmentNames {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private final AtomicLong last = new AtomicLong();

    public AttachmentNames(InstantSource clock) {
        this.clock = clock;
    }

    /** @param file what was sent: its first bytes tell the extension where the sender's name has none */
    public String of(Attachment attachment, Path file) throws IOException {
        String name = SafeFileName.toStore(attachment.fileName());
        String said = Media.format(attachment.fileName() == null ? "" : attachment.fileName());
        String extension = said.isEmpty() ? FileHead.extension(file) : said;
        if (name.isEmpty()) {
            return attachment.kind().name().toLowerCase(Locale.ROOT) + "-" + time() + "."
                    + (extension.isEmpty() ? usual(attachment) : extension);
        }
        return name.indexOf('.') > 0 || extension.isEmpty() ? name : name + "." + extension;
    }

    private String time() {
        return TIME.format(Instant.ofEpochMilli(last.updateAndGet(before -> Math.max(before + 1, clock.millis()))));
    }

    private static String usual(Attachment attachment) {
        return switch (attachment.kind()) {
            case PICTURE -> "jpg";
            case AUDIO -> "amr";
            case VIDEO -> {
                String format = attachment.format() == null ? "" : Media.format("." + attachment.format());
                yield format.isEmpty() ? "mp4" : format;
            }
            case FILE -> "bin";
        };
    }
}
