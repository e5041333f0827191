package io.github.dingtalkcamel.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void choose() {
        file = folder.resolve("application.properties");
    }

    @Test
    void readsPropertiesWithAByteOrderMarkAndChineseAndEscapes() throws Exception {
        Files.writeString(file, "\uFEFFdingtalk.allowed-users=staffONLY\nmy.salute=你好\nmy.escape=\\u4f60\n");

        assertThat(TextFile.properties(file)).containsExactlyInAnyOrderEntriesOf(java.util.Map.of(
                "dingtalk.allowed-users", "staffONLY", "my.salute", "你好", "my.escape", "你"));
    }

    /** A file that was put together of several that each began with a mark. */
    @Test
    void refusesAPropertyNameWithAnInvisibleCharacterAndNamesItsLine() throws Exception {
        Files.writeString(file, "a=1\n\uFEFFdingtalk.allowed-users=staffONLY\n");

        assertThatThrownBy(() -> TextFile.properties(file)).isInstanceOf(IOException.class)
                .hasMessage(file + " has a name with an invisible character, U+FEFF, in line 2: write that line anew by hand");
    }

    @Test
    void saysWhichFileCannotBeReadAndWhy() throws Exception {
        assertThatThrownBy(() -> TextFile.read(folder.resolve("none"))).isInstanceOf(IOException.class)
                .hasMessageContaining(folder.resolve("none").toString());

        Files.write(file, "a=备份".getBytes(Charset.forName("GBK")));
        assertThatThrownBy(() -> TextFile.properties(file)).isInstanceOf(NotUtf8Exception.class)
                .hasMessageStartingWith(file + " is not UTF-8: line 1, character 3");

        Files.writeString(file, "a=C:\\users\n");
        assertThatThrownBy(() -> TextFile.properties(file)).isInstanceOf(IOException.class).hasMessageContaining("four hexadecimal digits");

        Files.write(file, new byte[TextFile.MAX_BYTES + 1]);
        assertThatThrownBy(() -> TextFile.read(file)).isInstanceOf(IOException.class).hasMessage(file + " is larger than 1 MiB: split it");
    }
}
