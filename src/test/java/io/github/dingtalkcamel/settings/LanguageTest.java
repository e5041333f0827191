package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LanguageTest {

    @Test
    void knowsTheTwoSpellingsOfTheContract() {
        assertThat(Language.of("zh-Hans")).contains(Language.ZH_HANS);
        assertThat(Language.of("en")).contains(Language.EN);
    }

    @Test
    void takesNoOtherWord() {
        assertThat(Language.of("EN")).isEmpty();
        assertThat(Language.of("zh")).isEmpty();
        assertThat(Language.of("")).isEmpty();
        assertThat(Language.of(null)).isEmpty();
    }
}
