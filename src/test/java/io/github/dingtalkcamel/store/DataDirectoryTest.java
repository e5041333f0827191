package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
