package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreUrlTest {

    @ParameterizedTest
    @CsvSource({
            "jdbc:sqlite:data/x.db,                        jdbc:sqlite:data/x.db",
            "jdbc:sqlite:data/a@b.db?cipher=x&key=hush,    jdbc:sqlite:data/a@b.db?***",
            "jdbc:sqlite:x?key=h@sh,                       jdbc:sqlite:x?***",
            "jdbc:postgresql://db/bot,                     jdbc:postgresql://db/bot",
            "jdbc:postgresql://db/bot?password=hush,       jdbc:postgresql://db/bot?***",
            "jdbc:postgresql://u:hush@db/bot,              jdbc:postgresql://***@db/bot",
            "jdbc:postgresql://u:hu@sh@db/bot?ssl=true,    jdbc:postgresql://***@db/bot?***",
            "jdbc:postgresql://u:hu?sh@db/bot,             jdbc:postgresql:***",
            "jdbc:postgresql://db/bot?password=h@sh,       jdbc:postgresql:***",
            "jdbc:postgresql:?@,                           jdbc:postgresql:***"})
    void showsNothingThatMayBeAPassword(String url, String shown) {
        assertThat(StoreUrl.of(url)).hasToString(shown);
        assertThat(StoreUrl.of(url).reveal()).isEqualTo(url);
    }

    @Test
    void knowsWhatMayBeAPassword() {
        assertThat(StoreUrl.of("jdbc:postgresql://u:o:ne@db/bot?x=1&password=two&sslPassword=three&user=u").passwords())
                .containsExactly("o:ne", "two", "three");
        assertThat(StoreUrl.of("jdbc:postgresql://db:5432/bot").passwords()).isEmpty();
        assertThat(StoreUrl.of("jdbc:sqlite:x?password=p").passwords()).as("SQLite has none").isEmpty();
    }

    @Test
    void isEqualToAnotherOfTheSameText() {
        StoreUrl url = StoreUrl.fileIn(Path.of("data"));
        assertThat(url).isEqualTo(StoreUrl.of("jdbc:sqlite:data/dingtalk.db")).hasSameHashCodeAs(StoreUrl.of(url.reveal()))
                .isNotEqualTo(StoreUrl.of("jdbc:sqlite:other.db")).isNotEqualTo(url.reveal());
        assertThat(List.of(url.hashCode(), StoreUrl.of("jdbc:sqlite:other.db").hashCode())).doesNotHaveDuplicates();
        assertThat(url.isSqlite()).isTrue();
        assertThat(StoreUrl.of("jdbc:postgresql://db/bot").isSqlite()).isFalse();
    }
}
