package io.github.dingtalkcamel.tool;
import java.nio.file.Path;
import java.time.Duration;

import io.github.dingtalkcamel.component.file.Media;

/**
 * A file that DingTalk takes.
 *
 * @param path   where it is on this machine
 * @param name   as people see it
 * @param media  its kind
 * @param length of a recording or a video, else zero
 */
public record OutgoingFile(Path path, String name, Media media, Duration length) {

    /** Exchange property that holds it. */
    public static final String PROPERTY = "CamelDingTalkFile";

    /** Whether it is shown with a picture of its own. */
    public boolean isVideo() {
        return media == Media.VIDEO;
    }

    String format() {
        return Media.format(name);
    }

    /** The kind only. */
    @Override
    public String toString() {
        return "OutgoingFile[" + media + "]";
    }
}
