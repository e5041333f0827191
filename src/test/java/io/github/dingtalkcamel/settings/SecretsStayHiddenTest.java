package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** No text that the settings show holds a secret, for right and wrong secrets of every source. */
class SecretsStayHiddenTest {

    private static final String[] AROUND = {"", " ", "\n", "\u200b", "\""};

    @Property(tries = 500)
    void noTextHoldsASecret(@ForAll("secrets") List<String> secrets, @ForAll @IntRange(max = 2) int source,
            @ForAll("wrapping") List<Integer> wrapping,
            @ForAll boolean pair, @ForAll boolean placeholder) {
        List<Setting<?>> settings = SettingCatalogue.all().stream()
                .filter(setting -> setting.secret() || setting == SettingCatalogue.STORE_URL).toList();
        List<Map<String, String>> sources = List.of(new HashMap<>(), new HashMap<>(), new HashMap<>());
        Map<String, String> resolved = new HashMap<>();
        for (int i = 0; i < settings.size(); i++) {
            Setting<?> setting = settings.get(i);
            String around = AROUND[wrapping.get(i)];
            String secret = around + secrets.get(i) + around;
            String text = setting == SettingCatalogue.WEBHOOK ? "https://h/?access_token=" + secret
                    : setting == SettingCatalogue.STORE_URL ? "jdbc:postgresql://u:" + secret + "@h/db?password=" + secret : secret;
            if (placeholder) {
                resolved.put("{{" + i + "}}", text);
                text = "{{" + i + "}}";
            }
            sources.get(source).put(source == 0 ? setting.environment() : setting.property(), text);
        }
        if (pair) {
            sources.get(2).put("dingtalk.app-key", "ding1");
            sources.get(2).put("dingtalk.management-user", "ops");
        }
        String shown;
        try {
            Settings read = new SettingsReader(sources.get(0), sources.get(1), sources.get(2), resolved::get, 17).read();
            shown = read + " " + read.integrations() + " " + read.storeUrl();
        } catch (SettingsException e) {
            shown = e + " " + e.faults();
        }
        assertThat(shown).doesNotContain(secrets);
    }

    @Provide
    Arbitrary<List<String>> secrets() {
        Arbitrary<String> any = Arbitraries.strings().withCharRange('!', '~').ofLength(16).filter(secret -> !secret.contains("{{"));
        Arbitrary<String> key = Arbitraries.strings().alpha().numeric().ofLength(43);
        return Combinators.combine(any, key).as((one, other) -> one.charAt(0) % 2 == 0 ? one : other).list().ofSize(10).uniqueElements();
    }

    @Provide
    Arbitrary<List<Integer>> wrapping() {
        // mostly clean, so that whole sets of settings are read as well
        return Arbitraries.frequencyOf(net.jqwik.api.Tuple.of(20, Arbitraries.just(0)),
                net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(1, AROUND.length - 1)))
                .list().ofSize(10);
    }
}
