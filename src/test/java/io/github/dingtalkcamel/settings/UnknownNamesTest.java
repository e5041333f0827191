package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnknownNamesTest {

    @ParameterizedTest
    @CsvSource({
        "dingtalk.dm-polcy, dingtalk.dm-policy",
        "dingtalk.appKey, dingtalk.app-key",
        "dingtalk.app_secret, dingtalk.app-secret",
        "dingtalk.cleint-id, dingtalk.client-id",
        "dingtalk.user, dingtalk.user-id",
        "dingtalk.integrations.sales.robot-cod, dingtalk.integrations.sales.robot-code",
        "dingtalk.integrations.main.webhok, dingtalk.integrations.main.webhook",
        "dingtalk.integration.sales.app-key, dingtalk.integrations.sales.app-key",
        "dingtalk.sales.app-key, dingtalk.integrations.sales.app-key"})
    void suggestsThePropertyThatWasMeant(String written, String meant) {
        String line = written + ": there is no such setting; did you mean " + meant + "?";
        assertThat(Given.app().file(written, "x").faults()).containsExactly(line);
        assertThat(Given.app().system(written, "x").faults()).containsExactly(line);
    }

    @ParameterizedTest
    @CsvSource({
        "DINGTALK_DM_POLCY, DINGTALK_DM_POLICY",
        "DINGTALK_APPKEY, DINGTALK_APP_KEY",
        "DINGTALK_CLIENTID, DINGTALK_CLIENT_ID",
        "DINGTALK_INTEGRATIONS_SALES_ROBOT_COD, DINGTALK_INTEGRATIONS_SALES_ROBOT_CODE",
        "DINGTALK_SALES_APP_KEY, DINGTALK_INTEGRATIONS_SALES_APP_KEY"})
    void suggestsTheVariableThatWasMeant(String written, String meant) {
        assertThat(Given.app().env(written, "x").faults())
                .containsExactly(written + ": there is no such setting; did you mean " + meant + "?");
    }

    @Test
    void suggestsNothingWhereNothingIsNear() {
        assertThat(Given.app().file("dingtalk.colour", "blue").faults())
                .containsExactly("dingtalk.colour: there is no such setting; remove it, or look up its name in docs/settings.md");
        assertThat(Given.app().file("dingtalk." + "x".repeat(100_000), "").faults()).singleElement().asString().hasSizeLessThan(200);
    }

    @Test
    void tellsAWrongIdOnce() {
        assertThat(Given.app().file("dingtalk.integrations.my-bot.app-key", "k").file("dingtalk.integrations.my-bot.app-secret", "s")
                .faults()).containsExactly(
                "dingtalk.integrations.my-bot.app-key: \"my-bot\" is not the id of an integration; "
                        + "use a lower-case letter, then lower-case letters and digits, as in dingtalk.integrations.sales.app-key");
        assertThat(Given.app().env("DINGTALK_INTEGRATIONS_MY_BOT_APP_KEY", "k").faults()).containsExactly(
                "DINGTALK_INTEGRATIONS_MY_BOT_APP_KEY: \"MY_BOT\" is not the id of an integration; "
                        + "use a lower-case letter, then lower-case letters and digits, as in DINGTALK_INTEGRATIONS_SALES_APP_KEY");
        assertThat(Given.app().file("dingtalk.integrations.Sales.x", "k").faults()).singleElement().asString()
                .contains("\"Sales\" is not the id");
        assertThat(Given.app().file("dingtalk.integrations.", "k").faults()).singleElement().asString().contains("\"\" is not the id");
        assertThat(Given.app().file("dingtalk.integrations.sales", "k").faults()).singleElement().asString()
                .contains("there is no such setting");
    }

    @Test
    void tellsASettingOfTheProcessFromOneOfAnIntegration() {
        assertThat(Given.app().file("dingtalk.integrations.sales.api-token", "t").faults()).containsExactly(
                "dingtalk.integrations.sales.api-token: is a setting of the whole process; write dingtalk.api-token");
        assertThat(Given.app().env("DINGTALK_INTEGRATIONS_MAIN_DATA_DIR", "t").faults()).containsExactly(
                "DINGTALK_INTEGRATIONS_MAIN_DATA_DIR: is a setting of the whole process; write DINGTALK_DATA_DIR");
    }

    @Test
    void tellsANameForTheEnvironmentInAFile() {
        assertThat(Given.app().file("DINGTALK_APP_KEY", "k").faults()).containsExactly(
                "DINGTALK_APP_KEY: is a name for the environment; as a property write dingtalk.app-key");
        assertThat(Given.app().system("DINGTALK_X", "k").faults())
                .containsExactly("DINGTALK_X: is a name for the environment; as a property write dingtalk....");
    }

    @Test
    void reportsAMisspeltNameAlsoWhereItIsBlank() {
        assertThat(Given.app().env("DINGTALK_APY_TOKEN", "").faults()).hasSize(1);
    }

    @Test
    void escapesWhatIsInvisibleInAName() {
        assertThat(Given.app().system("dingtalk.x\ny", "k").faults()).singleElement().asString().startsWith("dingtalk.x\\u000ay: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DINGTALK_SERVICE_HOST", "DINGTALK_SERVICE_PORT", "DINGTALK_CAMEL_SERVICE_PORT_HTTP", "DINGTALK_CAMEL_PORT",
            "DINGTALK_PORT", "DINGTALK_CAMEL_PORT_8080_TCP", "DINGTALK_CAMEL_PORT_8080_TCP_ADDR", "DINGTALK_PORT_8080_UDP_PROTO"})
    void ignoresWhatKubernetesSetsForAService(String name) {
        assertThat(Given.app().env(name, "tcp://10.0.0.1:8080").read().integrations()).hasSize(1);
    }

    @Test
    void reportsAPortThatIsNotOfAService() {
        assertThat(Given.app().env("DINGTALK_PORT", "8080").faults()).singleElement().asString()
                .startsWith("DINGTALK_PORT: there is no such setting");
    }

    @Test
    void leavesOtherNamesAlone() {
        Given given = Given.app();
        Map.of("camel.main.name", "x", "dingtalkish", "y", "java.home", "z")
                .forEach((name, value) -> given.file(name, value).system(name, value));
        assertThat(given.env("PATH", "/bin").env("MY_DINGTALK_X", "1").read().integrations()).hasSize(1);
    }
}
