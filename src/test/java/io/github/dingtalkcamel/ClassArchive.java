package io.github.dingtalkcamel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The classes of the packaged jar as the Java virtual machine keeps them in memory, written once after each build: the many starts of
 * whole-application tests then cost half. Only time depends on it: without the archive, or with one of another build, the machine reads the
 * jars as ever.
 */
final class ClassArchive {

    private ClassArchive() {
    }

    /**
     * Where it is, or will be: made by a run of its own beside the first tests, unless that was done since the jar was built, or another
     * process is at it.
     */
    static Path of(Path jar) {
        Path archive = jar.resolveSibling("tests-" + Runtime.version().feature() + ".jsa");
        Thread maker = new Thread(() -> make(jar, archive), "class-archive");
        maker.setDaemon(true);
        maker.start();
        return archive;
    }

    /** Options that use it, once it is there, and don't talk about it in the log. */
    static List<String> use(Path archive) {
        return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive, "-Xshare:auto", "-Xlog:cds=off", "-Xlog:cds+dynamic=off")
                : List.of();
    }

    private static void make(Path jar, Path archive) {
        try (FileChannel channel = FileChannel.open(jar.resolveSibling("tests-jsa.lock"), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null && (Files.notExists(archive) || Files.getLastModifiedTime(archive)
                    .compareTo(Files.getLastModifiedTime(jar)) < 0)) {
                Files.deleteIfExists(archive);
                Path fresh = Files.createTempDirectory(jar.getParent(), "jsa").resolve("fresh.jsa");
                write(jar, fresh);
                if (Files.exists(fresh)) {
                    Files.move(fresh, archive, StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(Path jar, Path archive) throws IOException, InterruptedException {
        Path home = archive.getParent();
        Path log = home.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:ArchiveClassesAtExit=" + archive, "-jar", jar.toString()).directory(home.toFile())
                .redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().clear();
        List.of("WEBHOOK", "MANAGEMENT", "SIMULATOR").forEach(server -> builder.environment().put("DINGTALK_" + server + "_PORT", "0"));
        Process process = builder.start();
        // it must not outlive a test process that ends before
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        long deadline = System.nanoTime() + PackagedJar.PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline && !Files.readString(log).contains("Say something to the robot")) {
            process.waitFor(50, TimeUnit.MILLISECONDS);
        }
        process.destroy();
        if (!process.waitFor(PackagedJar.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
