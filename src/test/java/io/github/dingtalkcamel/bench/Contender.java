package io.github.dingtalkcamel.bench;
import java.nio.file.Path;
import java.util.List;

/**
 * What is measured.
 *
 * @param name    shown in the table
 * @param program the packaged jar of this application, or the directory of an unpacked distribution, which its start script starts; null
 *                for the official client
 * @param webhook whether messages come by webhook and not by Stream
 * @param options of the Java virtual machine; of the start script they are {@code JAVA_OPTS}, beside its own
 */
record Contender(String name, Path program, boolean webhook, List<String> options) {

    static final String OFFICIAL = "official Java client, Stream";

    static Contender official(List<String> options) {
        return new Contender(OFFICIAL, null, false, options);
    }

    boolean isOfficial() {
        return program == null;
    }

    boolean isByScript() {
        return !isOfficial() && !program.toString().endsWith(".jar");
    }
}
