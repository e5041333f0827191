package io.github.dingtalkcamel.component.message;

import static org.assertj.core.api.Assertions.assertThat;
import org.junit.jupiter.api.Test;

class LanguageTest {

    @Test
    void knowsTheTwoSpellingsOfTheContract() {
        assertThat(Language.of("zh-Hans")).contains(Language.ZH_HANS);
        assertThat(Language.of("en")).contains(Language.EN);
    }

    @Test
    void doesNotMindCase() {
        assertThat(Language.of("EN")).contains(Language.EN);
        assertThat(Language.of("zh-hans")).contains(Language.ZH_HANS);
    }

    @Test
    void takesNoOtherWord() {
        assertThat(Language.of("english")).isEmpty();
        assertThat(Language.of("zh")).isEmpty();
        assertThat(Language.of("")).isEmpty();
        assertThat(Language.of(null)).isEmpty();
    }
}
