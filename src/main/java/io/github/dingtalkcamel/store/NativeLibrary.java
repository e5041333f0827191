package io.github.dingtalkcamel.store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Predicate;

/**
 * Where SQLite's native library is unpacked. It can be loaded only from a directory that programs may be run from, which a temp directory
 * that is mounted with {@code noexec} is not: then it goes to the data directory.
 */
public final class NativeLibrary {

    /** The driver's own property: if it is set, it is respected. */
    private static final String DRIVERS_PROPERTY = "org.sqlite.tmpdir";
    private static final String TEMPORARY_DIRECTORY = "java.io.tmpdir";

    private final Path temporary;
    private final Predicate<Path> runnable;

    private NativeLibrary(Path temporary, Predicate<Path> runnable) {
        this.temporary = temporary;
        this.runnable = runnable;
    }

    /** With this temp directory, and this way to learn whether programs can be run from one. */
    static NativeLibrary of(Path temporary, Predicate<Path> runnable) {
        return new NativeLibrary(temporary, runnable);
    }

    /**
     * Chooses the directory. Call it once, before the first store is opened.
     *
     * @param dataDir exists; null where there is none to fall back to
     * @throws StoreException where neither directory will do; the message says what to do
     */
    public static void prepare(Path dataDir) throws StoreException {
        if (System.getProperty(DRIVERS_PROPERTY, "").isBlank()) {
            Path directory = of(Path.of(System.getProperty(TEMPORARY_DIRECTORY)), NativeLibrary::runsPrograms).directory(dataDir);
            System.setProperty(DRIVERS_PROPERTY, directory.toAbsolutePath().toString());
        }
    }

    /** See {@link #prepare}. */
    Path directory(Path dataDir) throws StoreException {
        if (runnable.test(temporary)) {
            return temporary;
        }
        Path own = dataDir == null ? null : dataDir.resolve("native");
        try {
            if (own != null && runnable.test(Files.createDirectories(own))) {
                return own;
            }
        } catch (IOException e) {
            // reported below
        }
        throw new StoreException("The temp directory " + temporary + " (java.io.tmpdir) is mounted with noexec"
                + (own == null ? "" : ", and so is " + own) + ": SQLite's native library can't be loaded from there. Choose another with"
                + " java -Djava.io.tmpdir=DIRECTORY -jar …, or mount it with exec", null);
    }

    private static boolean runsPrograms(Path directory) {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return true;
        }
        try {
            Path probe = Files.createTempFile(directory, "dingtalk-camel-", ".so",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                // asks the system, which says no for a file system mounted with noexec
                return Files.isExecutable(probe);
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            return false;
        }
    }
}
