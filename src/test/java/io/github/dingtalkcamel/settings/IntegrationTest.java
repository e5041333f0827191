package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

class IntegrationTest {

    @Test
    void hasAnAppAWebhookOrBoth() {
        Integration app = Given.app().main();
        assertThat(app.hasApp()).isTrue();
        assertThat(app.hasWebhook()).isFalse();
        assertThat(app.isInvented()).isFalse();

        Integration invented = Given.nothing().main();
        assertThat(invented.hasApp()).isTrue();
        assertThat(invented.isInvented()).as("an app of the simulator").isTrue();

        Integration webhook = Given.nothing().file("dingtalk.webhook", "https://oapi.example/robot/send?access_token=abc").main();
        assertThat(webhook.hasApp()).isFalse();
        assertThat(webhook.hasWebhook()).isTrue();
        assertThat(webhook.isInvented()).isFalse();
    }

    @Test
    void listsGroupsWithoutRegardToCaseAndAllowsNoneThatIsNotListed() {
        Integration listed = Given.app().file("dingtalk.allowed-groups", "cidA==,cidB==").main();
        assertThat(listed.allowsGroup("CIDa==")).isTrue();
        assertThat(listed.allowsGroup("cidC==")).isFalse();
        assertThat(Given.app().main().allowsGroup("cidA==")).as("no list").isFalse();
    }

    @Test
    void listsUsersWithoutRegardToCaseAndAllowsAllWithoutAList() {
        Integration listed = Given.app().file("dingtalk.allowed-users", "Staff1").file("dingtalk.admin-users", "Boss").main();
        assertThat(listed.allowsUser("sTAFF1")).isTrue();
        assertThat(listed.allowsUser("staff2")).isFalse();
        assertThat(listed.listsAdmin("bOSS")).isTrue();
        assertThat(listed.listsAdmin("staff1")).isFalse();
        assertThat(Given.app().main().allowsUser("staff2")).isTrue();
        assertThat(Given.app().main().listsAdmin("staff2")).isFalse();
    }

    @Test
    void repliesInCardsOnlyWhereThatIsTheMode() {
        assertThat(new Streaming(Streaming.Mode.CARD, Optional.of("t"), "content", false).usesCards()).isTrue();
        assertThat(new Streaming(Streaming.Mode.OFF, Optional.empty(), "content", false).usesCards()).isFalse();
    }

    /** Some decoders refuse a last character with stray bits, and DingTalk issues letters and digits only. */
    @Test
    void anInventedKeyIsNewEachTimeAndHasLettersAndDigitsOnly() {
        InventedCredentials invented = new InventedCredentials();
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 500; i++) {
            keys.add(invented.callbackAesKey().reveal());
        }
        assertThat(keys).hasSize(500).allMatch(key -> key.matches("[A-Za-z0-9]{43}"));
    }
}
