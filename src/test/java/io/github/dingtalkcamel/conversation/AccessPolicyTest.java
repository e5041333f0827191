package io.github.dingtalkcamel.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage.Sender;
import io.github.dingtalkcamel.settings.AppSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who × where × verdict (docs/promises.md 3 and 5). */
class AccessPolicyTest {

    @ParameterizedTest(name = "dm {0}, group {1}, users [{2}], groups [{3}]: {4} in {5}")
    @CsvSource(nullValues = "-", value = {
            // open to everybody
            "open,      open,      -,           -,       staff001, dm,      -",
            "open,      open,      -,           -,       staff001, cidA==,  -",
            "open,      open,      -,           -,       -,        dm,      -",
            // a list of users counts everywhere, without regard to case
            "open,      open,      'Boss,li',   -,       boss,     dm,      -",
            "open,      open,      'Boss,li',   -,       BOSS,     cidA==,  -",
            "open,      open,      'Boss,li',   -,       staff001, dm,      USER",
            "open,      open,      'Boss,li',   -,       staff001, cidA==,  USER",
            // people without a staff id are on it by the id that they get
            "open,      open,      'Boss',      -,       -,        dm,      USER",
            "open,      open,      '$:LWCP_v1:$X', -,    -,        dm,      -",
            // direct messages
            "allowlist, open,      -,           -,       staff001, dm,      USER",
            "allowlist, open,      -,           -,       staff001, cidA==,  -",
            "allowlist, open,      'staff001',  -,       staff001, dm,      -",
            "allowlist, open,      'boss',      -,       staff001, dm,      USER",
            "disabled,  open,      -,           -,       staff001, dm,      ALL_DIRECT_MESSAGES",
            "disabled,  open,      'staff001',  -,       staff001, dm,      ALL_DIRECT_MESSAGES",
            "disabled,  open,      'staff001',  -,       staff001, cidA==,  -",
            // groups
            "open,      allowlist, -,           -,       staff001, cidA==,  GROUP",
            "open,      allowlist, -,           -,       staff001, dm,      -",
            "open,      allowlist, -,           cidA==,  staff001, cidA==,  -",
            "open,      allowlist, -,           cida==,  staff001, cidA==,  -",
            "open,      allowlist, -,           'cidB==,cidA==', staff001, cidA==, -",
            "open,      allowlist, -,           cidB==,  staff001, cidA==,  GROUP",
            "open,      allowlist, boss,        cidA==,  staff001, cidA==,  USER",
            "open,      allowlist, boss,        cidA==,  boss,     cidB==,  GROUP",
            "open,      open,      -,           cidB==,  staff001, cidA==,  -",
            "open,      disabled,  -,           cidA==,  staff001, cidA==,  ALL_GROUPS",
            "open,      disabled,  -,           cidA==,  staff001, dm,      -",
            "disabled,  disabled,  -,           -,       staff001, dm,      ALL_DIRECT_MESSAGES" })
    void bars(String dmPolicy, String groupPolicy, String users, String groups, String who, String where, AccessPolicy.Denial bar) {
        Map<String, String> settings = new HashMap<>(Map.of("dingtalk.dm-policy", dmPolicy, "dingtalk.group-policy", groupPolicy));
        if (users != null) {
            settings.put("dingtalk.allowed-users", users);
        }
        if (groups != null) {
            settings.put("dingtalk.allowed-groups", groups);
        }
        assertThat(policies(settings).denialReason(message(who, where, false))).isEqualTo(bar);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            "staff001, dm,     false, true",
            "-,        dm,     false, true",
            "staff001, cidA==, false, false",
            "staff001, cidA==, true,  true",
            "BOSS,     cidA==, false, true",
            "-,        cidA==, false, false" })
    void letsBind(String who, String where, boolean isAdmin, boolean may) {
        assertThat(policies(Map.of("dingtalk.admin-users", "Boss")).mayBind(message(who, where, isAdmin))).isEqualTo(may);
    }

    private static AccessPolicy policies(Map<String, String> settings) {
        return new AccessPolicy(AppSettings.with(settings));
    }

    private static InboundMessage message(String who, String where, boolean isAdmin) {
        boolean direct = where.equals("dm");
        return new InboundMessage("main", "m", "text", direct ? ConversationType.DM : ConversationType.GROUP, direct ? "cidDm==" : where,
                null, new Sender("$:LWCP_v1:$x", who, null, null, isAdmin), null, null, !direct, false, null, "hello", List.of(), null,
                null, null, List.of(), null);
    }
}
