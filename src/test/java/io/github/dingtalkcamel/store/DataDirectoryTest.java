package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.dingtalkcamel.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {

    @TempDir
    Path folder;

    @Test
    void isMadeWhereItIsMissing() {
        try (DataDirectory held = DataDirectory.hold(folder.resolve("a/b/c"))) {
            assertThat(folder.resolve("a/b/c")).isDirectory();
        }
    }

    @Test
    void isHeldByOneAtATime() {
        try (DataDirectory held = DataDirectory.hold(folder)) {
            assertThatThrownBy(() -> DataDirectory.hold(folder)).isInstanceOf(StoreException.class)
                    .hasMessageContaining(folder.toString()).hasMessageContaining("in use").hasMessageContaining("DINGTALK_DATA_DIR");
        }
        DataDirectory.hold(folder).close();
    }

    @Test
    void isHeldAgainstOtherProcesses() throws Exception {
        try (DataDirectory held = DataDirectory.hold(folder)) {
            assertThat(anotherProcess()).contains("in use by another dingtalk-camel");
        }
        assertThat(anotherProcess()).isEqualTo("held");
    }

    @Test
    void saysWhatToDoWhereItCantBeUsed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> DataDirectory.hold(file.resolve("below"))).isInstanceOf(StoreException.class)
                .hasMessageContaining("Make it writable").hasMessageContaining("dingtalk.data-dir");
    }

    @ParameterizedTest
    @ValueSource(strings = { "000", "022", "077" })
    void isForItsOwnerAloneWithAllFilesInItForEveryUmask(String umask) throws Exception {
        Path data = folder.resolve("data");
        Process process = new ProcessBuilder("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto", "-cp",
                System.getProperty("java.class.path"), User.class.getName(), data.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(said).contains("data rwx------", "lock rw-------", "dingtalk.db rw-------", "dingtalk.db-wal rw-------",
                "dingtalk.db-shm rw-------", "dingtalk.db-open rw-------").doesNotContain("rw-r", "rwxr", "rw-rw");
    }

    @Test
    void takesTheRightsOfOthersFromWhatAnOlderVersionMadeAndSaysItOnce() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.createDirectory(data.resolve("spool"));
        List<Path> ours = List.of(data.resolve("dingtalk.db"), data.resolve("dingtalk.db-wal"), data.resolve("classes.jsa"),
                data.resolve("spool/1"));
        Path anothers = Files.writeString(data.resolve("run.sh"), "");
        for (Path file : ours) {
            Files.writeString(file, "");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        Files.setPosixFilePermissions(anothers, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(data.resolve("spool"), PosixFilePermissions.fromString("rwxr-xr-x"));

        try (LogLines log = LogLines.listen()) {
            DataDirectory.hold(data).close();
            assertThat(log.containing("could be read by other users")).hasSize(2);
            DataDirectory.hold(data).close();
            assertThat(log.containing("could be read by other users")).as("said once").hasSize(2);
        }

        assertThat(rights(data)).isEqualTo("rwx------");
        assertThat(rights(data.resolve("spool"))).isEqualTo("rwx------");
        assertThat(ours).map(DataDirectoryTest::rights).containsOnly("rw-------");
        assertThat(rights(anothers)).as("not ours to change").isEqualTo("rwxr-xr-x");
    }

    @Test
    void mendsAStoreThatLiesElsewhere() throws Exception {
        Path file = folder.resolve("elsewhere.sqlite");
        Store.open("jdbc:sqlite:" + file, null, null).close();
        assertThat(rights(file)).isEqualTo("rw-------");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

        Store.open("jdbc:sqlite:" + file, null, null).close();

        assertThat(rights(file)).isEqualTo("rw-------");
    }

    @Test
    void leavesTheRightsOfADirectoryThatAllUsersShareAlone() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        assertThat(new ProcessBuilder("chmod", "1777", shared.toString()).start().waitFor()).isZero();

        try (LogLines log = LogLines.listen()) {
            DataDirectory.hold(shared).close();
            assertThat(log.containing("is shared by all users")).hasSize(1);
        }

        assertThat(rights(shared)).isEqualTo("rwxrwxrwx");
    }

    private static String rights(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a process does that uses a data directory with its store: tells the rights of all that is in it. */
    static final class User {
        public static void main(String[] args) throws Exception {
            Path data = Path.of(args[0]);
            try (DataDirectory held = DataDirectory.hold(data);
                    Store store = Store.open("jdbc:sqlite:" + data.resolve("dingtalk.db"), null, null)) {
                store.trouble();
                try (Stream<Path> all = Files.walk(data)) {
                    all.forEach(path -> System.out.println(path.getFileName() + " " + rights(path)));
                }
            }
        }
    }

    private String anotherProcess() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto", "-cp",
                System.getProperty("java.class.path"), Holder.class.getName(), folder.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    /** What the other process does. */
    static final class Holder {
        public static void main(String[] args) {
            try {
                DataDirectory.hold(Path.of(args[0])).close();
                System.out.println("held");
            } catch (StoreException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
