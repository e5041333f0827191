package io.github.dingtalkcamel.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** What is made of what the virtual machine decoded by the locale, and of the bytes that the system still has. */
class ProcessInputTest {

    private static final Charset NO_LOCALE = StandardCharsets.US_ASCII;
    private static final Charset GBK = Charset.forName("GBK");

    private final List<byte[]> command = new ArrayList<>(List.of(utf8("java"), utf8("-jar"), utf8("dingtalk-camel.jar")));
    private final List<byte[]> environ = new ArrayList<>();
    private final Properties properties = new Properties();

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private ProcessInput started(Charset locale, byte[]... words) {
        command.addAll(Arrays.asList(words));
        return ProcessInput.of(Stream.of(words).map(word -> new String(word, locale)).toList(), environment(locale),
                properties, command, environ, locale);
    }

    private Map<String, String> environment(Charset locale) {
        Map<String, String> environment = new java.util.TreeMap<>();
        environ.forEach(each -> {
            String text = new String(each, locale);
            environment.put(text.substring(0, text.indexOf('=')), text.substring(text.indexOf('=') + 1));
        });
        return environment;
    }

    @Test
    void recoversWordsVariablesAndOptionsThatNoLocaleLost() {
        environ.add(utf8("DINGTALK_DATA_DIR=数据"));
        environ.add(utf8("PS1=❯ "));
        command.add(1, utf8("-Dmy.salute=你好=x"));
        command.add(1, utf8("-Dmy.salute=an earlier one"));
        properties.setProperty("my.salute", new String(utf8("你好=x"), NO_LOCALE));
        properties.setProperty("user.name", new String(utf8("张"), NO_LOCALE));

        ProcessInput input = started(NO_LOCALE, utf8("send"), utf8("备份完成 ✅"));

        assertThat(input.lost()).isEmpty();
        assertThat(input.arguments()).containsExactly("send", "备份完成 ✅");
        assertThat(input.environment()).containsEntry("DINGTALK_DATA_DIR", "数据").containsEntry("PS1", "❯ ");
        assertThat(input.systemProperties()).containsExactly(Map.entry("my.salute", "你好=x"));
    }

    @Test
    void namesWhatIsLostWithTheRemedyAndWithoutItsValue() {
        environ.add("DINGTALK_APP_SECRET=s3cret备份".getBytes(GBK));
        environ.add("OTHER=备份".getBytes(GBK));
        // by JAVA_TOOL_OPTIONS, which is not on the command line
        properties.setProperty("dingtalk.language", "\uFFFD");
        properties.setProperty("user.dir", "/srv/\uFFFD\uFFFD\uFFFD");

        ProcessInput input = started(NO_LOCALE, utf8("send"), "备份".getBytes(GBK));

        String why = " holds characters that the locale (US-ASCII) does not know; "
                + "set LANG=C.UTF-8 in the environment of the process, and LC_ALL as well where that is set";
        assertThat(input.lost()).containsExactly("Argument 2" + why, "dingtalk.language (-D)" + why, "The working directory" + why,
                "DINGTALK_APP_SECRET" + why);
    }

    /** Other systems than Linux don't tell. */
    @Test
    void refusesWhatIsLostWhereTheBytesCannotBeRead() {
        ProcessInput input = ProcessInput.of(List.of("send", "\uFFFD\uFFFD", "plain"), Map.of("DINGTALK_USER_ID", "\uFFFD",
                "DINGTALK_LANGUAGE", "en"), properties, List.of(), List.of(), NO_LOCALE);

        assertThat(input.lost()).hasSize(2).allMatch(line -> line.contains("LANG=C.UTF-8"));
        assertThat(input.environment()).containsEntry("DINGTALK_LANGUAGE", "en");
    }

    @Test
    void leavesToALocaleWhatItKnows() {
        environ.add("DINGTALK_USER_ID=张三".getBytes(GBK));

        ProcessInput gbk = started(GBK, "备份".getBytes(GBK), "联通".getBytes(GBK));

        assertThat(gbk.lost()).isEmpty();
        // the second is UTF-8 by chance
        assertThat(gbk.arguments()).containsExactly("备份", "联通");
        assertThat(gbk.environment()).containsEntry("DINGTALK_USER_ID", "张三");
    }

    @Test
    void readsUtf8InALocaleOfOneByteACharacter() {
        assertThat(started(StandardCharsets.ISO_8859_1, utf8("备份"), "café".getBytes(StandardCharsets.ISO_8859_1)).arguments())
                .containsExactly("备份", "café");
    }

    @Test
    void takesUtf8AsItIsAndRefusesOtherBytesThere() {
        ProcessInput input = started(StandardCharsets.UTF_8, utf8("备份 \uFFFD"), "备份".getBytes(GBK));

        assertThat(input.arguments().get(0)).isEqualTo("备份 \uFFFD");
        assertThat(input.lost()).containsExactly("Argument 2 holds bytes that are not UTF-8; write it as UTF-8");
    }
}
