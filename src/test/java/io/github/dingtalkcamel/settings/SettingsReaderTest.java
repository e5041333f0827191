package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;

import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

    private static final String AES_KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
    private static final String WEBHOOK = "https://oapi.dingtalk.com/robot/send?access_token=abc";

    // several nodes

    @Test
    void aClusterNeedsAPostgresqlStore() {
        String fault = "dingtalk.cluster (DINGTALK_CLUSTER): is true, but the store is an SQLite file, which only one process can use;"
                + " set dingtalk.store-url to a PostgreSQL database (jdbc:postgresql://host/database), or set dingtalk.cluster=false";
        assertThat(Given.app().env("DINGTALK_CLUSTER", "true").faults()).containsExactly(fault);
        assertThat(Given.app().env("DINGTALK_CLUSTER", "true").env("DINGTALK_STORE_URL", "jdbc:sqlite:x.db").faults())
                .containsExactly(fault);
        assertThat(Given.app().env("DINGTALK_CLUSTER", "true").env("DINGTALK_STORE_URL", "jdbc:postgresql://db/bot").read().cluster())
                .isTrue();
        assertThat(Given.app().read().cluster()).isFalse();
    }

    // where a value comes from

    @Test
    void environmentWinsOverSystemPropertyOverFile() {
        Given given = Given.app().file("dingtalk.webhook-port", "1");
        assertThat(given.read().webhookPort()).isEqualTo(1);
        assertThat(given.system("dingtalk.webhook-port", "2").read().webhookPort()).isEqualTo(2);
        assertThat(given.env("DINGTALK_WEBHOOK_PORT", "3").read().webhookPort()).isEqualTo(3);
    }

    @Test
    void wrongValueThatIsOverriddenDoesNotMatter() {
        assertThat(Given.app().file("dingtalk.webhook-port", "x").env("DINGTALK_WEBHOOK_PORT", "3").read().webhookPort()).isEqualTo(3);
    }

    @Test
    void takesClientIdAndSecretForAppKeyAndSecret() {
        Integration main = Given.nothing().env("DINGTALK_CLIENT_ID", "ding1").file("dingtalk.client-secret", "s1").main();
        assertThat(main.appKey()).contains("ding1");
        assertThat(main.appSecret().reveal()).isEqualTo("s1");
    }

    @Test
    void reportsTwoNamesThatDifferInOneSource() {
        assertThat(Given.app().env("DINGTALK_APP_KEY", "ding1").env("DINGTALK_CLIENT_ID", "ding2").faults()).containsExactly(
                "dingtalk.app-key (DINGTALK_APP_KEY): differs from dingtalk.client-id (DINGTALK_CLIENT_ID), which is the same setting; "
                + "remove one of the two");
        assertThat(Given.app().system("dingtalk.dm-policy", "open").system("dingtalk.integrations.main.dm-policy", "disabled").faults())
                .containsExactly(
                "dingtalk.dm-policy (-D): differs from dingtalk.integrations.main.dm-policy (-D), which is the same setting; remove one "
                + "of the two");
    }

    @Test
    void acceptsTwoNamesThatAgreeAndLetsTheWinningSourceDecideOtherwise() {
        assertThat(Given.app().env("DINGTALK_APP_KEY", "ding1").env("DINGTALK_CLIENT_ID", "ding1").main().appKey()).contains("ding1");
        assertThat(Given.app().env("DINGTALK_INTEGRATIONS_MAIN_CLIENT_ID", "ding1").main().appKey()).contains("ding1");
    }

    // integrations

    @Test
    void readsFurtherIntegrationsBehindMain() {
        Settings settings = Given.app()
                .env("DINGTALK_INTEGRATIONS_SALES2_APP_KEY", "dingsales").env("DINGTALK_INTEGRATIONS_SALES2_CLIENT_SECRET", "s")
                .file("dingtalk.integrations.sales2.dm-policy", "allowlist").file("dingtalk.integrations.alerts.webhook", WEBHOOK)
                .file("dingtalk.group-policy", "disabled").read();
        assertThat(settings.integrations()).extracting(Integration::id).containsExactly("main", "alerts", "sales2");
        Integration sales = settings.integration("sales2").orElseThrow();
        assertThat(sales.appKey()).contains("dingsales");
        assertThat(sales.robotCode()).contains("dingsales");
        assertThat(sales.dmPolicy()).isEqualTo(Policy.ALLOWLIST);
        assertThat(sales.groupPolicy()).as("main's settings are main's alone").isEqualTo(Policy.OPEN);
        assertThat(settings.integration("alerts").orElseThrow()).satisfies(alerts -> {
            assertThat(alerts.hasApp()).isFalse();
            assertThat(alerts.hasWebhook()).isTrue();
            assertThat(alerts.robotCode()).isEmpty();
        });
        assertThat(settings.integration("nobody")).isEmpty();
    }

    @Test
    void doesWithoutMainWhereAnotherIntegrationExists() {
        Settings settings = Given.nothing().file("dingtalk.integrations.sales.app-key", "d")
                .file("dingtalk.integrations.sales.app-secret", "s").read();
        assertThat(settings.integrations()).extracting(Integration::id).containsExactly("sales");
        assertThat(settings.simulator()).isFalse();
    }

    @Test
    void refusesSettingsOfAMainThatDoesNotExist() {
        assertThat(Given.nothing().file("dingtalk.integrations.sales.app-key", "d").file("dingtalk.integrations.sales.app-secret", "s")
                .file("dingtalk.dm-policy", "allowlist").faults()).containsExactly(
                        "dingtalk.dm-policy: is for the integration main, which has neither an app nor a webhook; "
                                + "write dingtalk.integrations.<id>.dm-policy for each integration it is meant for");
    }

    @Test
    void refusesAnIntegrationWithNeitherAppNorWebhook() {
        assertThat(Given.app().file("dingtalk.integrations.sales.dm-policy", "open").faults()).containsExactly(
                "dingtalk.integrations.sales.app-key (DINGTALK_INTEGRATIONS_SALES_APP_KEY): the integration sales has neither an app nor "
                + "a webhook; "
                        + "set its app-key and app-secret, or its webhook, or remove its other settings");
    }

    @Test
    void blankSettingsMakeNoIntegration() {
        assertThat(Given.app().env("DINGTALK_INTEGRATIONS_SALES_APP_KEY", "").read().integrations()).hasSize(1);
        assertThat(Given.app().env("DINGTALK_INTEGRATIONS_SALES_APP_KEY", "{{env:NOTHING}}").placeholders(text -> "").read().integrations())
                .hasSize(1);
    }

    // pairs

    @Test
    void refusesHalfAPair() {
        assertThat(Given.nothing().env("DINGTALK_CLIENT_ID", "ding1").faults()).containsExactly(
                "dingtalk.app-secret (DINGTALK_APP_SECRET): is not set, although dingtalk.client-id (DINGTALK_CLIENT_ID) is; set both or "
                + "neither");
        assertThat(Given.nothing().file("dingtalk.app-secret", "s").faults()).containsExactly(
                "dingtalk.app-key (DINGTALK_APP_KEY): is not set, although dingtalk.app-secret is; set both or neither");
        assertThat(Given.app().file("dingtalk.callback-token", "t").faults()).containsExactly(
                "dingtalk.callback-aes-key (DINGTALK_CALLBACK_AES_KEY): is not set, although dingtalk.callback-token is; set both or "
                + "neither");
        assertThat(Given.app().file("dingtalk.management-user", "u").faults()).containsExactly(
                "dingtalk.management-password (DINGTALK_MANAGEMENT_PASSWORD): is not set, although dingtalk.management-user is; set both "
                + "or neither");
        assertThat(Given.app().file("dingtalk.webhook-secret", "SEC1").faults()).containsExactly(
                "dingtalk.webhook (DINGTALK_WEBHOOK): is not set, although dingtalk.webhook-secret is; set both or neither");
    }

    @Test
    void refusesSettingsOfAnAppWhereThereIsOnlyAWebhook() {
        assertThat(Given.nothing().file("dingtalk.webhook", WEBHOOK).file("dingtalk.robot-code", "r").faults()).containsExactly(
                "dingtalk.robot-code: belongs to an app, but the integration main has only a webhook; set its app-key and app-secret, or "
                + "remove this setting");
    }

    // the simulator

    @Test
    void inventsCredentialsForTheSimulatorAndKeepsWhatIsSet() {
        Settings settings = Given.nothing().env("DINGTALK_DM_POLICY", "allowlist").read();
        assertThat(settings.simulator()).isTrue();
        Integration main = settings.integrations().get(0);
        assertThat(main.id()).isEqualTo("main");
        assertThat(main.dmPolicy()).isEqualTo(Policy.ALLOWLIST);
        assertThat(main.appKey()).contains("dingsimulator0000001");
        assertThat(main.robotCode()).isEqualTo(main.appKey());
        assertThat(main.callbackOwnerKey()).isEqualTo(main.appKey());
        assertThat(main.appSecret().reveal()).hasSize(64).isNotEqualTo(Given.nothing().main().appSecret().reveal());
        assertThat(main.callbackToken().isSet()).isTrue();
        assertThat(main.callbackAesKey().reveal()).matches("[A-Za-z0-9]{43}");
        assertThat(Base64.getDecoder().decode(main.callbackAesKey().reveal() + "=")).hasSize(32);
    }

    @Test
    void inventedCredentialsLeaveGivenCallbackSecretsAlone() {
        Integration main = Given.nothing().file("dingtalk.callback-token", "tok").file("dingtalk.callback-aes-key", AES_KEY).main();
        assertThat(main.callbackToken().reveal()).isEqualTo("tok");
        assertThat(main.callbackAesKey().reveal()).isEqualTo(AES_KEY);
    }

    @Test
    void simulatorWithAnAppKeepsItsCredentials() {
        Settings settings = Given.app().env("DINGTALK_SIMULATOR", "true").read();
        assertThat(settings.simulator()).isTrue();
        assertThat(settings.integrations()).singleElement().satisfies(main -> {
            assertThat(main.appKey()).contains("dingbase");
            assertThat(main.callbackToken().isSet()).isFalse();
        });
    }

    @Test
    void simulatorIsOffByDefaultWhereAWebhookOrAnotherAppIsSet() {
        assertThat(Given.nothing().file("dingtalk.webhook", WEBHOOK).read().simulator()).isFalse();
        assertThat(Given.nothing().file("dingtalk.integrations.alerts.webhook", WEBHOOK).read().simulator()).isFalse();
    }

    @Test
    void namesTheWaysOutWhereThereIsNothingToRun() {
        assertThat(Given.nothing().env("DINGTALK_SIMULATOR", "false").env("DINGTALK_DM_POLICY", "open").faults()).containsExactly(
                "dingtalk.app-key (DINGTALK_APP_KEY): there is no integration, and the simulator is off; "
                        + "set dingtalk.app-key and dingtalk.app-secret, or dingtalk.webhook, or dingtalk.simulator=true");
    }

    @Test
    void pointsAtOtherBaseUrlsAndKeepsTheRest() {
        Settings settings = Given.app().read();
        URI url = URI.create("http://127.0.0.1:8180");
        Settings moved = settings.withBaseUrls(url, url);
        assertThat(moved.apiBaseUrl()).isEqualTo(url);
        assertThat(moved.oapiBaseUrl()).isEqualTo(url);
        assertThat(moved.withBaseUrls(settings.apiBaseUrl(), settings.oapiBaseUrl())).isEqualTo(settings);
    }

    // single values

    @ParameterizedTest
    @CsvSource({"500ms,500", "90s,90000", "30m,1800000", "1h,3600000", "2d,172800000", "PT1H,3600000", "pt0.5s,500", "90,90000",
            "1d2h3m4s5ms,93784005", "1H,3600000"})
    void readsTimeSpans(String text, long millis) {
        assertThat(Given.app().file("dingtalk.max-turn-age", text).read().maxTurnAge()).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0s", "-1h", "PT-1H", "366d", "1m1h", "h", "1.5h", "P1234567890987654321D", "9999999999s"})
    void refusesOtherTimeSpans(String text) {
        assertThat(Given.app().file("dingtalk.max-turn-age", text).faults()).singleElement().asString()
                .startsWith("dingtalk.max-turn-age: \"" + text + "\" is ");
    }

    @ParameterizedTest
    @CsvSource({"17,200", "20,200", "21,2000", "25,2000"})
    void runsMoreTurnsWithVirtualThreads(int java, int turns) {
        assertThat(Given.app().java(java).read().maxRunningTurns()).isEqualTo(turns);
        assertThat(Given.app().java(java).file("dingtalk.max-running-turns", "7").read().maxRunningTurns()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host", "https:///path", "https://ho st", "http://my_service:80", "//host", "http://host:0",
            "http://host:70000", "http://host:", "x"})
    void refusesBaseUrlsThatAreNone(String url) {
        assertThat(Given.app().file("dingtalk.api-base-url", url).faults()).singleElement().asString()
                .contains("is not an absolute http or https URL with a host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://h?p=hush", "https://u:hush@h", "https://h#hush", "u:hush@h"})
    void doesNotShowUrlsThatMayHoldCredentials(String url) {
        assertThat(Given.app().file("dingtalk.public-url", url).faults()).singleElement().asString().doesNotContain("hush");
    }

    @ParameterizedTest
    @ValueSource(strings = {"oapi.dingtalk.com/robot/send?access_token=hush", "https://u:hush@h/?access_token=hush",
            "https://h/?access_token=", "https://h/?my_access_token=hush", "https://h/hush", "https://h/?access_token=hush#hush",
            " https://h/?access_token=hush"})
    void refusesWebhooksThatAreNone(String url) {
        assertThat(Given.app().file("dingtalk.webhook", url).faults()).singleElement().asString().startsWith("dingtalk.webhook: ")
                .doesNotContain("hush");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mysql://h/db?password=hush", "jdbc:postgresql:", "jdbc:sqlite:", "jdbc:sqlite::memory:",
            "jdbc:sqlite:file::memory:?cache=shared", "jdbc:sqlite:file:x?mode=memory", "hush"})
    void refusesStoresThatAreNoneOrForget(String url) {
        assertThat(Given.app().file("dingtalk.store-url", url).faults()).singleElement().asString().startsWith("dingtalk.store-url: ")
                .doesNotContain("hush");
    }

    @Test
    void keepsTheStoreInTheDataDirectory() {
        StoreUrl url = Given.app().env("DINGTALK_DATA_DIR", "/srv/bot").read().storeUrl();
        assertThat(url.reveal()).isEqualTo("jdbc:sqlite:/srv/bot/dingtalk.db");
        assertThat(url.isSqlite()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.168.1.5", "management.local", "127.0.0.1.example.com", "[fe80::1%eth0]"})
    void wantsAPasswordWhereOthersReachManagement(String host) {
        assertThat(Given.app().env("DINGTALK_MANAGEMENT_HOST", host).faults()).containsExactly(
                "dingtalk.management-host (DINGTALK_MANAGEMENT_HOST): lets other machines in without a password; "
                        + "set dingtalk.management-user and dingtalk.management-password, or use 127.0.0.1");
        assertThat(Given.app().env("DINGTALK_MANAGEMENT_HOST", host).file("dingtalk.management-user", "u")
                .file("dingtalk.management-password", "8letters").read()
                .managementUser()).contains("u");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1", "[::1]", "0:0:0:0:0:0:0:1"})
    void wantsNoPasswordOnLoopback(String host) {
        assertThat(Given.app().env("DINGTALK_MANAGEMENT_HOST", host).read().managementPassword().isSet()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "7letter"})
    void refusesSecretsThatCanBeGuessedWhereOtherMachinesReachThePort(String weak) {
        String problem = " has fewer than 8 characters, and other machines reach %s: it can be guessed; use 16 random characters or more, "
                + "such as openssl rand -hex 16"
                + " prints, or set %s=127.0.0.1";
        assertThat(Given.app().env("DINGTALK_API_TOKEN", weak).faults()).containsExactly(
                "dingtalk.api-token (DINGTALK_API_TOKEN):" + problem.formatted("dingtalk.webhook-host", "dingtalk.webhook-host"));
        assertThat(Given.app().file("dingtalk.management-host", "10.0.0.1").file("dingtalk.management-user", "u")
                .file("dingtalk.management-password", weak).faults())
                .containsExactly("dingtalk.management-password:" + problem.formatted("dingtalk.management-host",
                        "dingtalk.management-host"));
        assertThat(Given.app().env("DINGTALK_API_TOKEN", weak).env("DINGTALK_WEBHOOK_HOST", "127.0.0.1").read().apiToken().isSet())
                .isTrue();
        assertThat(Given.app().file("dingtalk.management-user", "u").file("dingtalk.management-password", weak).read().managementUser())
                .contains("u");
    }

    @Test
    void warnsOfSecretsThatAreTakenButShort() {
        Settings settings = Given.app().env("DINGTALK_API_TOKEN", "fifteen-letters").env("DINGTALK_MANAGEMENT_HOST", "0.0.0.0")
                .env("DINGTALK_MANAGEMENT_USER", "u")
                .env("DINGTALK_MANAGEMENT_PASSWORD", "8letters").read();
        assertThat(WeakSecrets.warnings(settings)).hasSize(2)
                .allMatch(line -> line.contains("fewer than 16 characters") && line.contains("openssl rand"))
                .noneMatch(line -> line.contains("letters"));
        assertThat(WeakSecrets.warnings(Given.app().env("DINGTALK_API_TOKEN", "sixteen-letters!").read())).isEmpty();
        assertThat(WeakSecrets.warnings(Given.app().env("DINGTALK_API_TOKEN", "short").env("DINGTALK_WEBHOOK_HOST", "localhost").read()))
                .isEmpty();
    }

    @Test
    void refusesOnePortForTwoServers() {
        assertThat(Given.app().env("DINGTALK_MANAGEMENT_PORT", "8080").faults()).containsExactly(
                "dingtalk.management-port (DINGTALK_MANAGEMENT_PORT): is the same port as dingtalk.webhook-port (DINGTALK_WEBHOOK_PORT); "
                + "choose another for one of them");
        assertThat(Given.app().env("DINGTALK_MANAGEMENT_PORT", "0").env("DINGTALK_WEBHOOK_PORT", "0").read().webhookPort()).isZero();
        assertThat(Given.app().env("DINGTALK_MANAGEMENT_PORT", "8080").env("DINGTALK_WEBHOOK_HOST", "192.0.2.1").read().managementPort())
                .isEqualTo(8080);
        assertThat(Given.app().env("DINGTALK_SIMULATOR_PORT", "8080").read().simulatorPort()).as("the simulator is off").isEqualTo(8080);
        assertThat(Given.nothing().env("DINGTALK_SIMULATOR_PORT", "9876").faults()).hasSize(1);
    }

    @Test
    void noneMeansNoFallbackAgent() {
        assertThat(Given.app().env("DINGTALK_FALLBACK_AGENT", "none").main().fallbackAgent()).isEmpty();
        assertThat(Given.app().env("DINGTALK_FALLBACK_AGENT", "").main().fallbackAgent()).contains("echo");
    }

    @Test
    void comparesUsersWithoutCase() {
        Integration main = Given.app().env("DINGTALK_ALLOWED_USERS", "Staff001").env("DINGTALK_ADMIN_USERS", "BOSS").main();
        assertThat(main.allowsUser("STAFF001")).isTrue();
        assertThat(main.allowsUser("staff002")).isFalse();
        assertThat(main.listsAdmin("boss")).isTrue();
        assertThat(Given.app().main().allowsUser("anyone")).isTrue();
        assertThat(Given.app().main().listsAdmin("anyone")).isFalse();
    }

    @Test
    void explainsAPortThatKubernetesSet() {
        assertThat(Given.app().env("DINGTALK_WEBHOOK_PORT", "tcp://10.0.0.1:80").env("DINGTALK_WEBHOOK_SERVICE_HOST", "10.0.0.1").faults())
                .singleElement().asString()
                .startsWith("dingtalk.webhook-port (DINGTALK_WEBHOOK_PORT): \"tcp://10.0.0.1:80\" is not a whole number")
                .contains("enableServiceLinks: false");
    }

    // all at once

    @Test
    void reportsEveryFaultAtOnceOneLineEach() {
        List<String> faults = Given.nothing()
                .env("DINGTALK_APP_KEY", "ding1").env("DINGTALK_DM_POLICY", "opne").env("DINGTALK_WEBHOOK_PROT", "1")
                .system("dingtalk.webhook-port", "http").file("dingtalk.integrations.sales.language", "de")
                .file("dingtalk.max-turn-age", "long\nago").faults();
        assertThat(faults).satisfiesExactlyInAnyOrder(
                line -> assertThat(line).startsWith("dingtalk.app-secret "),
                line -> assertThat(line).startsWith("dingtalk.dm-policy (DINGTALK_DM_POLICY): \"opne\""),
                line -> assertThat(line).startsWith("DINGTALK_WEBHOOK_PROT: there is no such setting; did you mean DINGTALK_WEBHOOK_PORT?"),
                line -> assertThat(line).startsWith("dingtalk.webhook-port (-D): \"http\""),
                line -> assertThat(line).startsWith("dingtalk.integrations.sales.language: \"de\""),
                line -> assertThat(line).startsWith("dingtalk.integrations.sales.app-key "),
                line -> assertThat(line).startsWith("dingtalk.max-turn-age: \"long\\u000aago\""));
        assertThat(faults).noneMatch(line -> line.contains("\n"));
    }

    @Test
    void messageOfTheExceptionIsTheLines() {
        SettingsException exception =
                new SettingsException(List.of(new SettingError("a", "is wrong", "correct it"), new SettingError("b", "too", "likewise")));
        assertThat(exception).hasMessage("a: is wrong; correct it\nb: too; likewise");
    }

    @Test
    void cutsLongValues() {
        assertThat(Given.app().env("DINGTALK_LANGUAGE", "x".repeat(79) + "😀" + "y".repeat(10_000)).faults()).singleElement().asString()
                .contains('"' + "x".repeat(79) + "…\" is not a language");
    }

    // placeholders

    @Test
    void resolvesPlaceholders() {
        Integration main = Given.nothing().env("DINGTALK_APP_KEY", "{{env:KEY}}").file("dingtalk.app-secret", "pre-{{secret:app}}")
                .placeholders(text -> text.replace("{{env:KEY}}", "ding1").replace("{{secret:app}}", "hush")).main();
        assertThat(main.appKey()).contains("ding1");
        assertThat(main.appSecret().reveal()).isEqualTo("pre-hush");
    }

    @Test
    void namesASettingWhosePlaceholderFailsAndNothingElse() {
        assertThat(Given.nothing().env("DINGTALK_APP_KEY", "{{env:KEY:default-hush}}").env("DINGTALK_APP_SECRET", "s")
                .placeholders(text -> {
            throw new IllegalStateException("vault said hush");
        }).faults()).containsExactly("dingtalk.app-key (DINGTALK_APP_KEY): its placeholder cannot be resolved; "
                + "check that the placeholder between {{ and }} exists and that its source can be reached");
        assertThat(Given.app().env("DINGTALK_LANGUAGE", "{{x}}").placeholders(text -> null).faults()).hasSize(1);
    }

    @Test
    void doesNotShowWhatAPlaceholderStandsFor() {
        assertThat(Given.app().env("DINGTALK_DM_POLICY", "{{x}}").placeholders(text -> "opne").faults()).containsExactly(
                "dingtalk.dm-policy (DINGTALK_DM_POLICY): the value of its placeholder is not a policy; use open, allowlist or disabled");
    }

    @Test
    void doesNotResolveWhatIsOverridden() {
        assertThat(Given.app().file("dingtalk.language", "{{vault:away}}").env("DINGTALK_LANGUAGE", "en").main().language())
                .isEqualTo(Language.EN);
    }

    @Test
    void placeholderThatStandsForNothingLeavesTheNextSource() {
        assertThat(Given.app().env("DINGTALK_LANGUAGE", "{{env:L}}").file("dingtalk.language", "en").placeholders(text -> "").main()
                .language()).isEqualTo(Language.EN);
        assertThat(Given.app().env("DINGTALK_ALLOWED_USERS", "{{env:U}}").placeholders(text -> " ").main().allowedUsers())
                .isEqualTo(Set.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uFFFD", "ab\uFFFDc"})
    void refusesAPlaceholderThatLostCharacters(String resolved) {
        assertThat(Given.app().env("DINGTALK_ADMIN_USERS", "{{env:U}}").placeholders(text -> resolved).faults()).singleElement()
                .asString().contains("ADMIN_USERS): its placeholder resolves to text in which characters were lost; ");
        assertThat(Given.app().env("DINGTALK_ADMIN_USERS", "{{env:U}}\uFFFD").placeholders(text -> resolved).main().adminUsers())
                .as("it was written so").hasSize(1);
        assertThat(Given.app().env("DINGTALK_ADMIN_USERS", "\uFFFD{{env:U}}").placeholders(text -> resolved).main().adminUsers())
                .hasSize(1);
    }

    @Test
    void hidesEachSecretThatItReadFromThenOn() {
        Settings settings = Given.app().file("dingtalk.app-secret", "read-app-secret").file("dingtalk.api-token", "read-api-token-of-main")
                .file("dingtalk.store-url", "jdbc:postgresql://u:read-store-password@db/bot")
                .file("dingtalk.llm-base-url", "https://models.example").file("dingtalk.llm-model", "m")
                .file("dingtalk.llm-api-key", "read-model-key").read();

        assertThat(KnownSecrets.clean("read-app-secret read-api-token-of-main read-store-password read-model-key"))
                .isEqualTo("*** *** *** ***");
        assertThat(settings.storeUrl()).asString().doesNotContain("read-store-password");
    }

    // single answers

    @Test
    void readsTheDirectoryOfRoutesWithoutTheOtherSettings() throws SettingsException {
        assertThat(Given.nothing().file("dingtalk.app-key", "half a pair").file("dingtalk.routes-dir", "/etc/bot").routesDir())
                .isEqualTo(Path.of("/etc/bot"));
        assertThat(Given.nothing().routesDir()).isEqualTo(Path.of("./routes"));
        assertThatThrownBy(() -> Given.nothing().file("dingtalk.routes-dir", "\u0000").file("dingtalk.app-key", "half a pair").routesDir())
                .isInstanceOf(SettingsException.class).hasMessageContaining("dingtalk.routes-dir: ").hasMessageNotContaining("app-key");
    }

    @Test
    void anInventedAppMayHaveSettingsOfAnAppBesideAWebhookAndOnlyMainHasOne() {
        Given webhookOnly = Given.nothing().file("dingtalk.simulator", "true").file("dingtalk.webhook", WEBHOOK);
        assertThat(webhookOnly.file("dingtalk.robot-code", "robot1").main().robotCode()).contains("robot1");
        assertThat(webhookOnly.file("dingtalk.integrations.alerts.webhook", WEBHOOK).file("dingtalk.integrations.alerts.robot-code", "r")
                .faults()).singleElement().asString().startsWith("dingtalk.integrations.alerts.robot-code: belongs to an app");
    }

    @Test
    void takesThePortsThatServersGot() {
        Settings settings = Given.app().read().withPorts(1, 2);
        assertThat(List.of(settings.webhookPort(), settings.managementPort())).containsExactly(1, 2);
    }

    @Test
    void declaresEachSettingWithItsNamesItsDefaultAndWhatItIsFor() {
        assertThat(SettingCatalogue.all()).allSatisfy(setting -> assertThat(setting.description()).isNotBlank());
        assertThat(SettingCatalogue.WEBHOOK_PORT.environment()).isEqualTo("DINGTALK_WEBHOOK_PORT");
        assertThat(SettingCatalogue.WEBHOOK_PORT.defaultText()).isEqualTo("8080");
        assertThat(SettingCatalogue.WEBHOOK_PORT.secret()).isFalse();
        assertThat(SettingCatalogue.APP_SECRET.secret()).isTrue();
        assertThat(new SettingError("dingtalk.x", "is wrong", "mend it")).hasToString("dingtalk.x: is wrong; mend it");
    }

    // the language model

    @Test
    void aModelMakesTheAssistantTheFallback() {
        Given given = Given.app().env("DINGTALK_LLM_BASE_URL", "https://models.example.com/v1/").env("DINGTALK_LLM_MODEL", " qwen-plus ")
                .env("DINGTALK_LLM_API_KEY", "sk-1").env("DINGTALK_LLM_PROMPT", " Be brief.\nBe kind. ");

        assertThat(given.read().model()).contains(new ModelSettings(URI.create("https://models.example.com/v1"), Secret.of("sk-1"),
                "qwen-plus", "Be brief.\nBe kind."));
        assertThat(given.main().fallbackAgent()).contains("assistant");
        assertThat(given.env("DINGTALK_FALLBACK_AGENT", "none").main().fallbackAgent()).isEmpty();
        assertThat(Given.app().read().model()).isEmpty();
        assertThat(Given.app().main().fallbackAgent()).contains("echo");
    }

    @Test
    void halfAModelIsAFault() {
        assertThat(Given.app().env("DINGTALK_LLM_MODEL", "qwen-plus").faults()).containsExactly(
                "dingtalk.llm-base-url (DINGTALK_LLM_BASE_URL): is not set, although dingtalk.llm-model (DINGTALK_LLM_MODEL) is; set both "
                + "or neither");
        assertThat(Given.app().env("DINGTALK_LLM_BASE_URL", "https://models.example.com/v1").faults()).containsExactly(
                "dingtalk.llm-model (DINGTALK_LLM_MODEL): is not set, although dingtalk.llm-base-url (DINGTALK_LLM_BASE_URL) is; set both "
                + "or neither");
        assertThat(Given.app().env("DINGTALK_LLM_API_KEY", "sk-1").env("DINGTALK_LLM_PROMPT", "Be brief").faults()).containsExactly(
                "dingtalk.llm-api-key (DINGTALK_LLM_API_KEY): belongs to a language model, but none is set;"
                        + " set dingtalk.llm-base-url and dingtalk.llm-model as well, or remove this setting",
                "dingtalk.llm-prompt (DINGTALK_LLM_PROMPT): belongs to a language model, but none is set;"
                        + " set dingtalk.llm-base-url and dingtalk.llm-model as well, or remove this setting");
        assertThat(Given.app().env("DINGTALK_LLM_KEY", "sk-1").faults()).singleElement().asString().contains("DINGTALK_LLM_API_KEY")
                .doesNotContain("sk-1");
    }
}
