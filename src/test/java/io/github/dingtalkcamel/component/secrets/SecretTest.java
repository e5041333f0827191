package io.github.dingtalkcamel.component.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import io.github.dingtalkcamel.settings.StoreUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretTest {

    @Test
    void showsNothing() {
        assertThat(Secret.of("hush")).hasToString("***");
        assertThat(String.format("%s", Secret.UNSET)).isEqualTo("***");
    }

    @Test
    void isItsText() {
        assertThat(Secret.of("hush").reveal()).isEqualTo("hush");
        assertThat(Secret.of("hush")).isEqualTo(Secret.of("hush")).hasSameHashCodeAs(Secret.of("hush")).isNotEqualTo(Secret.of("hash"))
                .isNotEqualTo("hush");
    }

    @Test
    void unsetMatchesNothing() {
        assertThat(Secret.of("")).isSameAs(Secret.UNSET);
        assertThat(Secret.UNSET.isSet()).isFalse();
        assertThat(Secret.UNSET.matches("")).isFalse();
        assertThat(Secret.of("hush").isSet()).isTrue();
        assertThat(Secret.of("hush").matches("hush")).isTrue();
        assertThat(Secret.of("hush").matches("hus")).isFalse();
        assertThat(Secret.of("hush").matches(null)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:sqlite:/srv/a@b.db, jdbc:sqlite:/srv/a@b.db",
        "jdbc:sqlite:x.db?hexkey=hush, jdbc:sqlite:x.db?***",
        "jdbc:postgresql://h:5432/db, jdbc:postgresql://h:5432/db",
        "jdbc:postgresql://h/db?user=u&password=hush, jdbc:postgresql://h/db?***",
        "jdbc:postgresql://h/db?password=hu@sh, jdbc:postgresql:***",
        "jdbc:postgresql://u:hu?sh@h/db, jdbc:postgresql:***",
        "jdbc:postgresql://u:hu/sh@h/db, jdbc:postgresql://***@h/db"})
    void storeUrlShowsNoPassword(String url, String shown) {
        assertThat(StoreUrl.of(url)).hasToString(shown);
    }
}
