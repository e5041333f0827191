package io.github.dingtalkcamel.texts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.settings.AppSettings;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.StartException;
import io.github.dingtalkcamel.turn.Spoken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BotTextsTest {

    private static final Pattern FILLED_IN = Pattern.compile("\\{(\\d)");
    private static final Pattern KEY_IN_CODE = Pattern.compile("texts\\.text\\(message, \"([a-z-]+)\"|\\? \"([a-z-]+)\" : \"([a-z-]+)\"");

    @TempDir
    Path config;

    /** Every text in every language, with the same to fill in. */
    @Test
    void saysTheSameInBothLanguages() {
        Map<String, String> english = BotTexts.packaged(Language.EN);
        Map<String, String> chinese = BotTexts.packaged(Language.ZH_HANS);

        assertThat(chinese.keySet()).isEqualTo(english.keySet());
        english.forEach((key, text) -> {
            assertThat(filledIn(chinese.get(key))).as(key).isEqualTo(filledIn(text));
            assertThat(text).as(key).isNotBlank().matches("[ -~·]*");
            assertThat(chinese.get(key)).as(key).isNotBlank().doesNotContain(",", "!", "?", "...");
        });
    }

    /** Every packaged text is used, and every text that is used is packaged. */
    @Test
    void holdsWhatTheProgramSaysAndNothingElse() throws Exception {
        Set<String> said = new TreeSet<>();
        for (String file : new String[] { "command/Answers", "reply/Notices", "reply/FileDelivery", "reply/CardReplies" }) {
            Matcher keys = KEY_IN_CODE.matcher(Files.readString(Path.of("src/main/java/io/github/dingtalkcamel", file + ".java")));
            while (keys.find()) {
                for (int group = 1; group <= 3; group++) {
                    if (keys.group(group) != null) {
                        said.add(keys.group(group));
                    }
                }
            }
        }
        Set<String> there = new TreeSet<>(BotTexts.packaged(Language.EN).keySet());
        said.remove("help-");
        said.remove("bound-by-");
        assertThat(there).containsAll(said);
        there.removeAll(said);
        assertThat(there).allMatch(key ->
                key.matches("help-\\w+|bound-by-(conversation|trigger|fallback)|card-(interrupted|undelivered|stopped|stopped-by|no-reply|files|follows|continued)|"
                        + "refused-(user|group|groups|direct-messages)"));
        for (io.github.dingtalkcamel.command.Command command : io.github.dingtalkcamel.command.Command.values()) {
            assertThat(BotTexts.packaged(Language.EN)).containsKey("help-" + command.code());
        }
    }

    @Test
    void letsAFileOverrideAsManyAsItHolds() throws Exception {
        Files.writeString(config.resolve("texts_zh_Hans.properties"), "busy=忙，稍后。\nagent-failed=出错了 '{0}'\n");
        Files.writeString(config.resolve("texts_en.properties"), "new=Don't look back.\n");
        BotTexts chinese = new BotTexts(settings("zh-Hans"), config);

        assertThat(chinese.text(Spoken.in("cid", "m"), "busy")).isEqualTo("忙，稍后。");
        assertThat(chinese.text(Spoken.in("cid", "m"), "agent-failed", "main-7 {1} '")).isEqualTo("出错了 'main-7 {1} ''");
        assertThat(chinese.text(Spoken.in("cid", "m"), "stop-running")).isEqualTo("已停止。");
        assertThat(new BotTexts(settings("en"), config).text(Spoken.in("cid", "m"), "new")).isEqualTo("Don't look back.");
    }

    /** Files of operators were written when these texts had other keys. */
    @Test
    void takesAFormerKeyForThePresentOne() throws Exception {
        Files.writeString(config.resolve("texts_en.properties"), "nobody-answers=by the former key\n"
                + "unbind-done-nobody=by the former key\nunbind-done-no-agent=by the present key\n");
        BotTexts texts = new BotTexts(settings("en"), config);

        assertThat(texts.text(Spoken.in("cid", "m"), "no-agent")).isEqualTo("by the former key");
        assertThat(texts.text(Spoken.in("cid", "m"), "unbind-done-no-agent")).isEqualTo("by the present key");
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void saysAllThatIsWrongWithOwnTexts(Language language) throws Exception {
        String name = language == Language.EN ? "texts_en.properties" : "texts_zh_Hans.properties";
        Files.writeString(config.resolve(name), "busy={0 oops\nbussy=x\nnew=since {0}\nagent-failed=see {1}\nstop-running=fine\n");

        assertThatThrownBy(() -> new BotTexts(settings("en"), config)).isInstanceOf(StartException.class)
                .hasMessageContainingAll(name + ": busy can't be shown", "{0}, {1}",
                        name + ": there is no text bussy; those there are:", "agent-failed, ",
                        name + ": new can't be shown: there is nothing to fill in",
                        name + ": agent-failed can't be shown: it knows {0} to {0} only")
                .hasMessageNotContaining("stop-running can't");
    }

    @Test
    void saysWhatIsWrongWithAFileThatCantBeRead() throws Exception {
        Files.write(config.resolve("texts_en.properties"), new byte[] { 'n', 'e', 'w', '=', (byte) 0xc3, (byte) 0x28 });

        assertThatThrownBy(() -> new BotTexts(settings("en"), config)).isInstanceOf(StartException.class)
                .hasMessageContainingAll("texts_en.properties", "UTF-8");
    }

    private static Set<String> filledIn(String text) {
        Set<String> indexes = new TreeSet<>();
        Matcher matcher = FILLED_IN.matcher(text);
        while (matcher.find()) {
            indexes.add(matcher.group(1));
        }
        return indexes;
    }

    private static Settings settings(String language) {
        return AppSettings.with(Map.of("dingtalk.language", language));
    }
}
