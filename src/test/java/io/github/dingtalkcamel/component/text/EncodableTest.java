package io.github.dingtalkcamel.component.text;

import static org.assertj.core.api.Assertions.assertThat;
import org.junit.jupiter.api.Test;

class EncodableTest {

    @Test
    void hasQuestionMarksForHalvesOfSurrogatePairs() {
        assertThat(Encodable.of("a\uD83D")).isEqualTo("a?");
        assertThat(Encodable.of("\uDE00b")).isEqualTo("?b");
    }

    @Test
    void leavesAllOtherTextAsItIs() {
        String plain = "你好, é";
        assertThat(Encodable.of(plain)).isSameAs(plain);
        assertThat(Encodable.of("😀")).isEqualTo("😀");
        assertThat(Encodable.of(null)).isNull();
    }
}
