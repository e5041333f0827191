package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every setting of docs/settings.md: its default, each way to set it, and what is said about a wrong value. */
class EachSettingTest {

    private static final String AES_KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
    private static final String WEBHOOK = "https://oapi.dingtalk.com/robot/send?access_token=abc";
    private static final Object NOT_TESTED = new Object();

    /** Companions are other settings that it needs; they are in the file. */
    record Row(String name, Object byDefault, String text, Object value, String wrong, String fault,
            Function<Settings, Object> read, Map<String, String> companions) {
        Given given() {
            Given given = Given.app();
            companions.forEach(given::file);
            return given;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Row process(String name, Object byDefault, String text, Object value, String wrong, String fault,
            Function<Settings, Object> read, String... companions) {
        Map<String, String> others = Arrays.stream(companions).map(each -> each.split("=", 2))
                .collect(Collectors.toMap(each -> each[0], each -> each[1]));
        return new Row(name, byDefault, text, value, wrong, fault, read, others);
    }

    private static Row main(String name, Object byDefault, String text, Object value, String wrong, String fault,
            Function<Integration, Object> read, String... companions) {
        return process(name, byDefault, text, value, wrong, fault, settings -> read.apply(settings.integrations().get(0)), companions);
    }

    static Stream<Row> rows() {
        return Stream.of(
                main("app-key", NOT_TESTED, "ding1", Optional.of("ding1"), " ding1",
                        "has white space around it; remove the white space around it", Integration::appKey),
                main("app-secret", NOT_TESTED, "s1", Secret.of("s1"), "s1\n", "has white space around it; remove the white space around it",
                        Integration::appSecret),
                main("robot-code", Optional.of("dingbase"), "robot1", Optional.of("robot1"), "ro\u200bbot",
                        "\"ro\\u200bbot\" holds an invisible character; write it anew by hand", Integration::robotCode),
                main("stream", true, "false", false, "no", "\"no\" is not true or false; use true or false", Integration::stream),
                main("stream-connections", 2, "16", 16, "17", "\"17\" is out of range; use 1 to 16", Integration::streamConnections),
                main("callback", true, "false", false, "fasle",
                        "\"fasle\" is not true or false; use true or false (did you mean \"false\"?)", Integration::callback),
                main("callback-token", Secret.UNSET, "tok", Secret.of("tok"), "\"tok\"",
                        "is in quotation marks; remove the quotation marks around it", integration -> integration.callbackToken(),
                        "dingtalk.callback-aes-key=" + AES_KEY),
                main("callback-aes-key", Secret.UNSET, AES_KEY, Secret.of(AES_KEY), AES_KEY + "=",
                        "is not an AES key of 43 letters and digits (it has 44 characters); "
                        + "copy the whole key from the event subscription in the DingTalk console", Integration::callbackAesKey,
                        "dingtalk.callback-token=tok"),
                main("callback-owner-key", Optional.of("dingbase"), "corp1", Optional.of("corp1"), "co\trp",
                        "\"co\\u0009rp\" holds an invisible character; write it anew by hand", Integration::callbackOwnerKey),
                main("dm-policy", Policy.OPEN, "allowlist", Policy.ALLOWLIST, "opne",
                        "\"opne\" is not a policy; use open, allowlist or disabled (did you mean \"open\"?)", Integration::dmPolicy),
                main("group-policy", Policy.OPEN, "disabled", Policy.DISABLED, "everybody",
                        "\"everybody\" is not a policy; use open, allowlist or disabled", Integration::groupPolicy),
                main("allowed-users", Set.of(), "Staff001, STAFF002，u3,", Set.of("staff001", "staff002", "u3"), " , ",
                        "\",\" is an empty list; list ids with commas between them, or leave the setting out", Integration::allowedUsers),
                main("allowed-groups", Set.of(), "cidAb==,cidC==", Set.of("cidAb==", "cidC=="), "cidA cidB",
                        "\"cidA cidB\" holds a space within an id; put commas between ids", Integration::allowedGroups),
                main("admin-users", Set.of(), "Boss", Set.of("boss"), "a\u0000b",
                        "\"a\\u0000b\" holds an invisible character; write it anew by hand", Integration::adminUsers),
                main("fallback-agent", Optional.of("echo"), "help-desk.v2", Optional.of("help-desk.v2"), "-x",
                        "\"-x\" is not an agent's name; "
                        + "use 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit, or none",
                        Integration::fallbackAgent),
                main("language", Language.ZH_HANS, "en", Language.EN, "zh-Hant",
                        "\"zh-Hant\" is not a language; use zh-Hans or en (did you mean \"zh-Hans\"?)",
                        Integration::language),
                main("session-scope", SessionScope.CONVERSATION, "sender", SessionScope.SENDER, "user",
                        "\"user\" is not a session scope; use conversation or sender", Integration::sessionScope),
                main("session-idle-timeout", Duration.ZERO, "8h", Duration.ofHours(8), "never",
                        "\"never\" is not a time span; use a number with ms, s, m, h or d such as 90s or 1h, from 0s to 365d",
                        Integration::sessionIdleTimeout),
                main("history-turns", 20, "0", 0, "1001", "\"1001\" is out of range; use 0 to 1000", Integration::historyTurns),
                main("history-bytes", 65536, "1", 1, "0", "\"0\" is out of range; use 1 to 16777216", Integration::historyBytes),
                main("max-message-length", 6000, "100", 100, "99", "\"99\" is out of range; use 100 to 20000",
                        Integration::maxMessageLength),
                main("thinking-reaction", false, "true", true, "no", "\"no\" is not true or false; use true or false",
                        Integration::thinkingReaction),
                main("card-template-id", "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema", "own.schema", "own.schema", "co\trp",
                        "\"co\\u0009rp\" holds an invisible character; write it anew by hand", Integration::cardTemplateId),
                main("streaming", Streaming.Mode.OFF, "card", Streaming.Mode.CARD, "cards",
                        "\"cards\" is not a way of streaming; use off or card (did you mean \"card\"?)",
                        integration -> integration.streaming().mode(), "dingtalk.streaming-card-template-id=own.schema"),
                main("streaming-card-template-id", Optional.empty(), "own.schema", Optional.of("own.schema"), "co\trp",
                        "\"co\\u0009rp\" holds an invisible character; write it anew by hand",
                        integration -> integration.streaming().cardTemplateId()),
                main("streaming-card-content-key", "content", "msgContent", "msgContent", "co\trp",
                        "\"co\\u0009rp\" holds an invisible character; write it anew by hand",
                        integration -> integration.streaming().cardContentKey()),
                main("streaming-show-activity", false, "true", true, "no", "\"no\" is not true or false; use true or false",
                        integration -> integration.streaming().showActivity()),
                main("webhook", Secret.UNSET, WEBHOOK, Secret.of(WEBHOOK), "https://oapi.dingtalk.com/robot/send?token=abc",
                        "has no access_token; copy the whole webhook URL, with what follows the question mark", Integration::webhook),
                main("webhook-secret", Secret.UNSET, "SEC1", Secret.of("SEC1"), "SEC 1",
                        "holds white space or a character that is not ASCII; copy it again from where it was issued",
                        Integration::webhookSecret, "dingtalk.webhook=" + WEBHOOK),
                main("user-id", Optional.empty(), "staff001", Optional.of("staff001"), "a\rb",
                        "\"a\\u000db\" holds an invisible character; write it anew by hand", Integration::userId),
                main("conversation-id", Optional.empty(), "cid1==", Optional.of("cid1=="), "a\u2028b",
                        "\"a\\u2028b\" holds an invisible character; write it anew by hand", Integration::conversationId),
                process("api-base-url", URI.create("https://api.dingtalk.com"), "http://127.0.0.1:8180/",
                        URI.create("http://127.0.0.1:8180"), "api.dingtalk.com",
                        "\"api.dingtalk.com\" is not an absolute http or https URL with a host; write it as https://host or "
                        + "http://host:port "
                                + "(a host name has no underscore)", Settings::apiBaseUrl),
                process("oapi-base-url", URI.create("https://oapi.dingtalk.com"), "https://proxy/ding//", URI.create("https://proxy/ding"),
                        "https://u:pw@host", "holds a user, a query or a fragment; use scheme, host, port and path only",
                        Settings::oapiBaseUrl),
                process("webhook-host", "0.0.0.0", "[::1]", "::1", "http://x",
                        "\"http://x\" is not a host name or IP address; use one without scheme and port, such as 127.0.0.1, ::1 or "
                        + "localhost", Settings::webhookHost),
                process("webhook-port", 8080, "0", 0, "65536", "\"65536\" is out of range; use 0 to 65535", Settings::webhookPort),
                process("management-host", "127.0.0.1", "localhost", "localhost", "a b",
                        "\"a b\" is not a host name or IP address; use one without scheme and port, such as 127.0.0.1, ::1 or localhost",
                        Settings::managementHost),
                process("management-port", 9876, "65535", 65535, "98 76", "\"98 76\" is not a whole number; use 0 to 65535",
                        Settings::managementPort),
                process("management-user", Optional.empty(), "ops", Optional.of("ops"), "o:ps",
                        "\"o:ps\" holds a colon; choose a name without one: HTTP basic authentication cannot carry it",
                        Settings::managementUser, "dingtalk.management-password=pw"),
                process("management-password", Secret.UNSET, "p w", Secret.of("p w"), "pw ",
                        "has white space around it; remove the white space around it", Settings::managementPassword,
                        "dingtalk.management-user=ops"),
                process("host-names", Set.of(), "Ops.example.com,bot", Set.of("ops.example.com", "bot"), "https://ops.example.com",
                        "\"https://ops.example.com\" is not a host name or IP address; use one without scheme and port, such as "
                        + "127.0.0.1, ::1 or localhost", Settings::hostNames),
                process("public-url", Optional.empty(), "https://bot.example.com/", Optional.of(URI.create("https://bot.example.com")),
                        "https://bot.example.com?x=1", "holds a user, a query or a fragment; use scheme, host, port and path only",
                        Settings::publicUrl),
                process("api-token", Secret.UNSET, "t0k3n-of-16-letters", Secret.of("t0k3n-of-16-letters"), "t\u00f6ken",
                        "holds white space or a character that is not ASCII; copy it again from where it was issued", Settings::apiToken),
                process("data-dir", Path.of("./data"), "/var/lib/bot", Path.of("/var/lib/bot"), "a\u0000b",
                        "\"a\\u0000b\" is not a path; use the path of a directory", Settings::dataDir),
                process("store-url", "jdbc:sqlite:./data/dingtalk.db", "jdbc:postgresql://db/bot", "jdbc:postgresql://db/bot",
                        "postgresql://u:pw@db/bot",
                        "is not a URL of a store that is supported; write it as jdbc:sqlite:<file> or jdbc:postgresql://<host>/<database>",
                        settings -> settings.storeUrl().reveal()),
                process("store-user", Optional.empty(), "bot", Optional.of("bot"), "b\u202eot",
                        "\"b\\u202eot\" holds an invisible character; write it anew by hand", Settings::storeUser),
                process("store-password", Secret.UNSET, "pw", Secret.of("pw"), "\u00a0pw",
                        "has white space around it; remove the white space around it", Settings::storePassword),
                process("cluster", false, "true", true, "maybe", "\"maybe\" is not true or false; use true or false", Settings::cluster,
                        "dingtalk.store-url=jdbc:postgresql://db/bot"),
                process("routes-dir", Path.of("./routes"), "/etc/bot", Path.of("/etc/bot"), "\u0000",
                        "\"\\u0000\" is not a path; use the path of a directory", Settings::routesDir),
                process("files-dir", Optional.empty(), "/srv/files", Optional.of(Path.of("/srv/files")), "\u0000",
                        "\"\\u0000\" is not a path; use the path of a directory", settings -> settings.files().directory()),
                process("files-private-urls", false, "true", true, "yes", "\"yes\" is not true or false; use true or false",
                        settings -> settings.files().privateUrls()),
                process("attachment-hosts", Set.of(), "Files.example.com, b.example", Set.of("files.example.com", "b.example"),
                        "https://files.example.com",
                        "\"https://files.example.com\" is not a host name or IP address; use one without scheme and port, such as "
                        + "127.0.0.1, ::1 or localhost", settings -> settings.files().attachmentHosts()),
                process("queue-capacity", 10000, "1", 1, "0", "\"0\" is out of range; use 1 to 1000000", Settings::queueCapacity),
                process("conversation-capacity", 100, "1000000", 1000000, "99999999999999999999",
                        "\"99999999999999999999\" is out of range; use 1 to 1000000", Settings::conversationCapacity),
                process("max-running-turns", 200, "100000", 100000, "many", "\"many\" is not a whole number; use 1 to 100000",
                        Settings::maxRunningTurns),
                process("max-turn-age", Duration.ofHours(1), "1h30m", Duration.ofMinutes(90), "1 week",
                        "\"1 week\" is not a time span; use a number with ms, s, m, h or d such as 90s or 1h, from 1ms to 365d",
                        Settings::maxTurnAge),
                process("keep-messages", Duration.ofDays(7), "30d", Duration.ofDays(30), "1h",
                        "\"1h\" is out of range; use from 1d to 3650d", settings -> settings.keeping().messages()),
                process("keep-dead-letters", Duration.ofDays(90), "1d", Duration.ofDays(1), "0",
                        "\"0\" is out of range; use from 1d to 3650d", settings -> settings.keeping().deadLetters()),
                process("keep-sessions", Duration.ofDays(90), "7d", Duration.ofDays(7), "0", "\"0\" is out of range; use from 1d to 3650d",
                        settings -> settings.keeping().sessions()),
                process("outbox", Optional.empty(), " direct:outbox ", Optional.of("direct:outbox"), "outbox",
                        "is not the URI of a Camel endpoint; write it as direct:outbox, and send on from a route that begins with this"
                                + " endpoint", settings -> settings.outbox().endpoint()),
                process("keep-outbox", Duration.ofDays(14), "1h", Duration.ofHours(1), "1m",
                        "\"1m\" is out of range; use from 3600s to 3650d", settings -> settings.outbox().kept()),
                process("shutdown-timeout", Duration.ofSeconds(25), "3600", Duration.ofHours(1), "3601",
                        "\"3601\" is out of range; use from 0s to 3600s", Settings::shutdownTimeout),
                // read before the first line is logged: LogFormatTest; its faults are reported like those of all others
                process("log-format", NOT_TESTED, "json", Optional.empty(), "xml", "\"xml\" is not a format; use text or json",
                        settings -> Optional.empty()),
                process("llm-base-url", Optional.empty(), "https://models.example.com/v1/",
                        Optional.of(URI.create("https://models.example.com/v1")), "https://sk-1@models.example.com/v1",
                        "holds a user, a query or a fragment; use scheme, host, port and path only",
                        settings -> settings.model().map(ModelSettings::baseUrl), "dingtalk.llm-model=qwen"),
                process("llm-model", Optional.empty(), "qwen-plus", Optional.of("qwen-plus"), "qw\ten",
                        "\"qw\\u0009en\" holds an invisible character; write it anew by hand",
                        settings -> settings.model().map(ModelSettings::model), "dingtalk.llm-base-url=https://models.example.com/v1"),
                process("llm-api-key", Optional.empty(), "sk-1", Optional.of(Secret.of("sk-1")), "sk-1\n",
                        "has white space around it; remove the white space around it", settings -> settings.model()
                        .map(ModelSettings::apiKey), "dingtalk.llm-base-url=https://models.example.com/v1", "dingtalk.llm-model=qwen"),
                process("llm-prompt", Optional.empty(), "Be brief.\nBe kind.", Optional.of("Be brief.\nBe kind."), "Be\u0007brief",
                        "\"Be\\u0007brief\" holds a control character; write it anew by hand",
                        settings -> settings.model().map(ModelSettings::prompt), "dingtalk.llm-base-url=https://models.example.com/v1",
                        "dingtalk.llm-model=qwen"),
                process("simulator", false, "true", true, "yes", "\"yes\" is not true or false; use true or false", Settings::simulator),
                process("simulator-host", "127.0.0.1", "sim.local", "sim.local", "-",
                        "\"-\" is not a host name or IP address; use one without scheme and port, such as 127.0.0.1, ::1 or localhost",
                        Settings::simulatorHost),
                process("simulator-port", 8180, "1", 1, "-1", "\"-1\" is out of range; use 0 to 65535", Settings::simulatorPort));
    }

    @Test
    void tableHoldsEverySettingOfTheCatalogue() {
        assertThat(rows().map(Row::name)).containsExactlyElementsOf(SettingCatalogue.all().stream().map(Setting::name).toList());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void hasItsDefault(Row row) {
        if (row.byDefault() == NOT_TESTED) {
            assertThat(row.read().apply(Given.nothing().env("DINGTALK_WEBHOOK", WEBHOOK).read())).isIn(Optional.empty(), Secret.UNSET);
            return;
        }
        assertThat(row.read().apply(Given.app().read())).isEqualTo(row.byDefault());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isSetByEnvironmentSystemPropertyAndFile(Row row) {
        String property = "dingtalk." + row.name();
        String variable = "DINGTALK_" + row.name().toUpperCase(Locale.ROOT).replace('-', '_');
        List<Given> ways = List.of(row.given().env(variable, row.text()), row.given().system(property, row.text()),
                row.given().file(property, row.text()));
        assertThat(ways).allSatisfy(given -> assertThat(row.read().apply(given.read())).isEqualTo(row.value()));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void saysWhatIsWrongAndWhereItWasSet(Row row) {
        String property = "dingtalk." + row.name();
        String variable = "DINGTALK_" + row.name().toUpperCase(Locale.ROOT).replace('-', '_');
        assertThat(row.given().env(variable, row.wrong()).faults()).containsExactly(property + " (" + variable + "): " + row.fault());
        assertThat(row.given().system(property, row.wrong()).faults()).containsExactly(property + " (-D): " + row.fault());
        assertThat(row.given().file(property, row.wrong()).faults()).containsExactly(property + ": " + row.fault());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void countsAsNotSetWhereBlank(Row row) {
        String variable = "DINGTALK_" + row.name().toUpperCase(Locale.ROOT).replace('-', '_');
        assertThat(row.given().file("dingtalk." + row.name(), row.text()).env(variable, " ").read()).satisfies(
                settings -> assertThat(row.read().apply(settings)).isEqualTo(row.value()));
    }
}
