package io.github.dingtalkcamel.component.text;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LogSafeTest {

    @Test
    void isOneLineWithoutInvisibleCharacters() {
        assertThat(LogSafe.of(" a\r\nb\u202Ec\uD83D ")).isEqualTo("a  b c");
        assertThat(LogSafe.name("a\r\nb\u202Ec\u2028d\uDB40\uDC01e")).isEqualTo("a\\u000d\\u000ab\\u202ec\\u2028d\\x{e0001}e");
        assertThat(LogSafe.name("half \uD83D of a pair")).isEqualTo("half \\ud83d of a pair");
    }

    @Test
    void isShortAndKeepsSurrogatePairsWhole() {
        assertThat(LogSafe.of("x".repeat(120))).isEqualTo("x".repeat(120));
        assertThat(LogSafe.of("x".repeat(119) + "😀y")).isEqualTo("x".repeat(119) + "…");
        assertThat(LogSafe.value(" " + "x".repeat(81) + " ")).isEqualTo('"' + "x".repeat(80) + "…\"");
    }

    @Test
    void showsNoSecret() {
        KnownSecrets.keep("a-secret-that-is-known-5521");

        assertThat(LogSafe.of("said a-secret-that-is-known-5521 aloud")).doesNotContain("5521");
        assertThat(LogSafe.value("a-secret-that-is-known-5521")).doesNotContain("5521");
    }

    @Test
    void truncatesBetweenCharacters() {
        assertThat(Truncation.of("ab😀", 3)).isEqualTo("ab");
        assertThat(Truncation.of("ab😀", 4)).isEqualTo("ab😀");
        assertThat(Truncation.of("😀", 0)).isEmpty();
        assertThat(Truncation.of("😀", 1)).isEmpty();
        assertThat(Truncation.marked("abc", 3)).isEqualTo("abc");
        assertThat(Truncation.marked("abcd", 3)).isEqualTo("abc…");
    }
}
