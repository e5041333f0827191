package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.secrets.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each type of value at the limits of what it takes. How faults are shown is {@link EachSettingTest}'s. */
class ValueTypesTest {

    private static final String KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
    private static final String ROBOT = "https://oapi.example/robot/send?access_token=";

    private static final ValueType<Duration> SPAN = ValueTypes.duration(Duration.ofMillis(1_500), Duration.ofDays(2));

    private static Arguments with(Supplier<ValueType<?>> type, Object... others) {
        return Arguments.of(Stream.concat(Stream.of(type), Stream.of(others)).toArray());
    }

    static Stream<Arguments> taken() {
        return Stream.of(
                with(() -> ValueTypes.trueOrFalse(), " true ", true),
                with(() -> ValueTypes.trueOrFalse(), "false", false),
                with(() -> ValueTypes.constants("a policy", Policy.class), "allowlist", Policy.ALLOWLIST),
                with(() -> ValueTypes.words("a word", List.of("a", "b"), Optional::of), " a ", "a"),
                with(() -> ValueTypes.number(-2, 3), "-2", -2),
                with(() -> ValueTypes.number(-2, 3), " +3 ", 3),
                with(() -> ValueTypes.port(), "0", 0),
                with(() -> ValueTypes.port(), "65535", 65_535),
                with(() -> SPAN, "1500ms", Duration.ofMillis(1_500)),
                with(() -> SPAN, "2D", Duration.ofDays(2)),
                with(() -> SPAN, "1h2m3s4ms", Duration.ofMillis(3_723_004)),
                with(() -> SPAN, "PT" + "0".repeat(56) + "2S", Duration.ofSeconds(2)),
                with(() -> ValueTypes.baseUrl(), "HTTPS://host:65535/a//", URI.create("HTTPS://host:65535/a")),
                with(() -> ValueTypes.webhookUrl(), ROBOT + "x", Secret.of(ROBOT + "x")),
                with(() -> ValueTypes.endpoint(), " seda:x ", "seda:x"),
                with(() -> ValueTypes.storeUrl(), " jdbc:sqlite:x ", StoreUrl.of("jdbc:sqlite:x")),
                with(() -> ValueTypes.storeUrl(), "jdbc:postgresql:x", StoreUrl.of("jdbc:postgresql:x")),
                with(() -> ValueTypes.host(), "[::1]", "::1"),
                with(() -> ValueTypes.hosts(), "A.b，,c,", Set.of("a.b", "c")),
                with(() -> ValueTypes.directory(), " x/y ", Path.of("x/y")),
                with(() -> ValueTypes.agentOrNone(), "none", Optional.empty()),
                with(() -> ValueTypes.agentOrNone(), "a".repeat(64), Optional.of("a".repeat(64))),
                with(() -> ValueTypes.ids(true), "A，b, ,", Set.of("a", "b")),
                with(() -> ValueTypes.ids(false), "A,b", Set.of("A", "b")),
                with(() -> ValueTypes.text(), " a b ", "a b"),
                with(() -> ValueTypes.userName(), " ops ", "ops"),
                with(() -> ValueTypes.prose(), " a\n\r\tb ", "a\n\r\tb"),
                with(() -> ValueTypes.credential(), "!x~", "!x~"),
                with(() -> ValueTypes.credential(), "\"", "\""),
                with(() -> ValueTypes.credential(), "\"x'", "\"x'"),
                with(() -> ValueTypes.credential(), "x\"", "x\""),
                with(() -> ValueTypes.credential(), "'x", "'x"),
                with(() -> ValueTypes.secretCredential(), "x", Secret.of("x")),
                with(() -> ValueTypes.password(), "a \u00e4", Secret.of("a \u00e4")),
                with(() -> ValueTypes.aesKey(), KEY, Secret.of(KEY)));
    }

    @ParameterizedTest
    @MethodSource("taken")
    void takes(Supplier<ValueType<?>> type, String text, Object value) throws BadValue {
        assertThat((Object) type.get().parse(text)).isEqualTo(value);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                with(() -> ValueTypes.trueOrFalse(), "True", "is not true or false", true),
                with(() -> ValueTypes.number(-2, 3), "-3", "is out of range", true),
                with(() -> ValueTypes.number(-2, 3), "4", "is out of range", true),
                with(() -> ValueTypes.number(-2, 3), "123456789012345678901", "is not a whole number", true),
                with(() -> ValueTypes.number(-2, 3), "udp://10.0.0.1:53", "is not a whole number", true),
                with(() -> SPAN, "1499ms", "is out of range", true),
                with(() -> SPAN, "2d1ms", "is out of range", true),
                with(() -> SPAN, "PT" + "0".repeat(57) + "2S", "is not a time span", true),
                with(() -> SPAN, "P1Y", "is not a time span", true),
                with(() -> ValueTypes.baseUrl(), "@host", "holds a user, a query or a fragment", false),
                with(() -> ValueTypes.baseUrl(), "?host", "holds a user, a query or a fragment", false),
                with(() -> ValueTypes.baseUrl(), "#host", "holds a user, a query or a fragment", false),
                with(() -> ValueTypes.baseUrl(), "http://host:65536", "is not an absolute http or https URL with a host", true),
                with(() -> ValueTypes.baseUrl(), "http://host:0", "is not an absolute http or https URL with a host", true),
                with(() -> ValueTypes.baseUrl(), "http://host:", "is not an absolute http or https URL with a host", true),
                with(() -> ValueTypes.baseUrl(), "ftp://host", "is not an absolute http or https URL with a host", true),
                with(() -> ValueTypes.webhookUrl(), " " + ROBOT + "x", "has white space around it", false),
                with(() -> ValueTypes.webhookUrl(), ROBOT + "x\u200b", "has white space around it", false),
                with(() -> ValueTypes.webhookUrl(), ROBOT, "has no access_token", false),
                with(() -> ValueTypes.webhookUrl(), ROBOT + "x#y", "holds a user or a fragment", false),
                with(() -> ValueTypes.endpoint(), "direct:", "is not the URI of a Camel endpoint", false),
                with(() -> ValueTypes.storeUrl(), "jdbc:sqlite:", "is not a URL of a store that is supported", false),
                with(() -> ValueTypes.storeUrl(), "jdbc:sqlite:?cache=shared", "names a store in memory, which a restart loses", false),
                with(() -> ValueTypes.hosts(), ",，,", "names no host", true),
                with(() -> ValueTypes.hosts(), "a,b c", "is not a host name or IP address", true),
                with(() -> ValueTypes.agentOrNone(), "a".repeat(65), "is not an agent's name", true),
                with(() -> ValueTypes.ids(true), ",", "is an empty list", true),
                with(() -> ValueTypes.ids(true), "a b", "holds a space within an id", true),
                with(() -> ValueTypes.text(), "a\tb", "holds an invisible character", true),
                with(() -> ValueTypes.userName(), ":", "holds a colon", true),
                with(() -> ValueTypes.prose(), "a\u000bb", "holds a control character", true),
                with(() -> ValueTypes.credential(), "\"\"", "is in quotation marks", false),
                with(() -> ValueTypes.credential(), "'x'", "is in quotation marks", false),
                with(() -> ValueTypes.credential(), "a b", "holds white space or a character that is not ASCII", false),
                with(() -> ValueTypes.credential(), "a\u007fb", "holds white space or a character that is not ASCII", false),
                with(() -> ValueTypes.secretCredential(), "\tx", "has white space around it", false),
                with(() -> ValueTypes.password(), "x\u3000", "has white space around it", false),
                with(() -> ValueTypes.aesKey(), KEY + "x", "is not an AES key of 43 letters and digits (it has 44 characters)", false));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refuses(Supplier<ValueType<?>> type, String text, String problem, boolean shown) {
        assertThatThrownBy(() -> type.get().parse(text)).isInstanceOf(BadValue.class).hasMessage(problem)
                .satisfies(bad -> assertThat(((BadValue) bad).showable()).as("the text may be shown").isEqualTo(shown))
                .satisfies(bad -> assertThat(((BadValue) bad).remedy()).isNotBlank());
    }

    @ParameterizedTest
    @CsvSource({"0,3600000,from 0s to 3600s", "1,86399000,from 1ms to 86399s", "1500,86400000,from 1500ms to 1d",
            "2000,172800000,from 2s to 2d"})
    void saysWhichTimeSpansItTakes(long least, long most, String range) {
        ValueType<Duration> type = ValueTypes.duration(Duration.ofMillis(least), Duration.ofMillis(most));
        assertThatThrownBy(() -> type.parse("999d")).satisfies(bad -> assertThat(((BadValue) bad).remedy()).isEqualTo("use " + range));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"})
    void thisMachineAloneReachesALoopback(String host) {
        assertThat(ValueTypes.isLoopback(host)).isTrue();
        assertThat(ValueTypes.isWildcard(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "0:0:0:0:0:0:0:0", "::%eth0"})
    void othersReachAWildcard(String host) {
        assertThat(ValueTypes.isLoopback(host)).isFalse();
        assertThat(ValueTypes.isWildcard(host)).isTrue();
    }

    @Test
    void aNameIsNeitherUntilItIsLookedUp() {
        assertThat(ValueTypes.isLoopback("127.0.0.1.example")).isFalse();
        assertThat(ValueTypes.isWildcard("any.example")).isFalse();
    }
}
