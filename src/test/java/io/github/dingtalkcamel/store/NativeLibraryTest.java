package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {

    @TempDir
    Path data;

    @Test
    void staysInATempDirectoryThatProgramsCanBeRunFrom() {
        assertThat(NativeLibrary.of(Path.of("/temp"), directory -> true).directory(data)).isEqualTo(Path.of("/temp"));
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void goesToTheDataDirectoryWhereTheTempDirectoryIsNoexec() {
        NativeLibrary library = NativeLibrary.of(Path.of("/temp"), directory -> directory.startsWith(data));

        assertThat(library.directory(data)).isEqualTo(data.resolve("native")).isDirectory();
    }

    @Test
    void namesJavaIoTmpdirWhereNeitherWillDo() throws Exception {
        NativeLibrary library = NativeLibrary.of(Path.of("/temp"), directory -> false);

        assertThatThrownBy(() -> library.directory(data)).isInstanceOf(StoreException.class)
                .hasMessageContainingAll("/temp (java.io.tmpdir)", "noexec", data.resolve("native").toString(), "-Djava.io.tmpdir=");
        assertThatThrownBy(() -> library.directory(null)).isInstanceOf(StoreException.class)
                .hasMessageContainingAll("/temp (java.io.tmpdir)", "noexec");
        assertThatThrownBy(() -> library.directory(Files.createFile(data.resolve("file")))).isInstanceOf(StoreException.class)
                .hasMessageContaining("java.io.tmpdir");
    }
}
