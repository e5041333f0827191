package io.github.dingtalkcamel.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class Utf8Test {

    private static final String MARK = "\uFEFF";

    @Test
    void takesByteOrderMarksOffTheBeginningOnly() throws Exception {
        assertThat(Utf8.decode(bytes(MARK + "dingtalk.language=en", "UTF-8"), "f")).isEqualTo("dingtalk.language=en");
        assertThat(Utf8.decode(bytes(MARK + MARK + "你好 😀" + MARK, "UTF-8"), "f")).isEqualTo("你好 😀" + MARK);
        assertThat(Utf8.decode(bytes(MARK, "UTF-8"), "f")).isEmpty();
        assertThat(Utf8.decode(new byte[0], "f")).isEmpty();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("a=1\nb=备份完成", "GBK", "",
                        "f is not UTF-8: line 2, character 3 is the byte 0xB1; it looks like GBK. Convert it to UTF-8"),
                Arguments.of("# 你好\na=1", "GB18030", "", "line 1, character 3 is the byte 0xC4; it looks like GBK"),
                Arguments.of("备份 done", "UTF-16LE", MARK, "line 1, character 1 is the byte 0xFF; it looks like UTF-16 (little endian"),
                Arguments.of("备份 done", "UTF-16BE", MARK, "line 1, character 1 is the byte 0xFE; it looks like UTF-16 (big endian)"),
                Arguments.of("dingtalk.allowed-users=staffONLY\n", "UTF-16LE", "",
                        "line 1, character 2 is a NUL; it looks like UTF-16 (little endian) without a byte order mark"),
                Arguments.of("dingtalk.allowed-users=staffONLY\n", "UTF-16BE", "",
                        "line 1, character 1 is a NUL; it looks like UTF-16 (big endian) without a byte order mark"),
                Arguments.of("a=café\n", "ISO-8859-1", "",
                        "line 1, character 6 is the byte 0xE9; it looks like ISO-8859-1 or Windows-1252"),
                Arguments.of("a=b\0c with much more text around it", "UTF-8", "",
                        "line 1, character 4 is a NUL; it looks like no text at all"),
                Arguments.of("你好", "UTF-32LE", MARK, "it looks like UTF-32"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesOtherEncodingsWithThePlaceAndWhatItLooksLike(String text, String encoding, String mark, String message) {
        assertThatThrownBy(() -> Utf8.decode(bytes(mark + text, encoding), "f")).isInstanceOf(NotUtf8Exception.class)
                .hasMessageStartingWith("f is not UTF-8: line ").hasMessageContaining(message);
    }

    /** What a damaged or cut file holds is no guess of another encoding's, but refused as well. */
    @Test
    void refusesACharacterThatIsCutAndSurrogatesAndOverlongForms() throws Exception {
        byte[] cut = bytes("你", "UTF-8");
        assertThatThrownBy(() -> Utf8.decode(new byte[] {cut[0], cut[1]}, "f")).isInstanceOf(NotUtf8Exception.class);
        assertThatThrownBy(() -> Utf8.decode(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0xbd}, "f")).isInstanceOf(NotUtf8Exception.class);
        assertThatThrownBy(() -> Utf8.decode(new byte[] {(byte) 0xc0, (byte) 0x80}, "f")).isInstanceOf(NotUtf8Exception.class);
    }

    private static byte[] bytes(String text, String encoding) throws Exception {
        return text.getBytes(encoding);
    }
}
