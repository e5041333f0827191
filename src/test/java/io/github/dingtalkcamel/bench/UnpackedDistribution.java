package io.github.dingtalkcamel.bench;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

/** As much of an unpacked distribution as its start script needs, so that the bench needs no build of one. */
final class UnpackedDistribution {

    private static final Path SCRIPT = Path.of("src", "main", "dist", "bin", "dingtalk-camel");

    private UnpackedDistribution() {
    }

    /**
     * Puts the start script and links to a jar and to the {@code lib} beside it into a directory, anew if it is there, and lets the
     * script make its archive of classes for the Java of this process.
     *
     * @throws IOException where there is no archive in the end: what would be measured is not what an operator's second start is
     */
    static Path of(Path jar, Path directory) throws IOException, InterruptedException {
        delete(directory);
        Path lib = Files.createDirectories(directory.resolve("lib"));
        Files.createLink(directory.resolve(jar.getFileName()), jar);
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(jar.resolveSibling("lib"), "*.jar")) {
            for (Path each : jars) {
                Files.createLink(lib.resolve(each.getFileName()), each);
            }
        }
        Path script = Files.createDirectories(directory.resolve("bin")).resolve("dingtalk-camel");
        Files.copy(SCRIPT, script, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));

        ProcessBuilder builder = new ProcessBuilder(script.toString(), "class-archive").redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("JAVA_OPTS");
        Process making = builder.start();
        String said = new String(making.getInputStream().readAllBytes());
        if (making.waitFor() != 0 || !said.contains(lib.toString())) {
            throw new IOException("the start script made no archive of classes in " + lib + ": " + said);
        }
        return directory;
    }

    static Path script(Path directory) {
        return directory.resolve("bin").resolve("dingtalk-camel");
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path each : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(each);
                }
            }
        }
    }
}
