package io.github.dingtalkcamel.doctor;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * What the checks look at on this machine.
 *
 * @param java    the JVM's feature version
 * @param names   how names of files are encoded
 * @param temp    the temp directory
 * @param maxHeap bytes of heap at most
 * @param clock   the machine's clock
 */
public record Machine(int java, Charset names, Path temp, long maxHeap, InstantSource clock) {

    /** This one. */
    public static Machine here() {
        return new Machine(Runtime.version().feature(), names(System.getProperty("sun.jnu.encoding")),
                Path.of(System.getProperty("java.io.tmpdir")), Runtime.getRuntime().maxMemory(), InstantSource.system());
    }

    private static Charset names(String encoding) {
        return encoding != null && Charset.isSupported(encoding) ? Charset.forName(encoding) : StandardCharsets.US_ASCII;
    }
}
