package io.github.dingtalkcamel.bench;
import java.nio.file.Path;

/**
 * What is measured.
 *
 * @param name    shown in the table
 * @param jar     the packaged jar of this application; null for the official client
 * @param webhook whether messages come by webhook and not by Stream
 */
record Contender(String name, Path jar, boolean webhook) {

    static final String OFFICIAL = "official Java client, Stream";

    static Contender official() {
        return new Contender(OFFICIAL, null, false);
    }

    boolean isOfficial() {
        return jar == null;
    }
}
