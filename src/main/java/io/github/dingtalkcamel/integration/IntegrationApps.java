package io.github.dingtalkcamel.integration;

import java.util.List;

import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.IntegrationLookup;
import io.github.dingtalkcamel.component.api.OptionNames;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/**
 * The integrations of the settings, for option {@code integration} of the component: by id, or {@code all} for those that receive by
 * Stream.
 */
public final class IntegrationApps implements IntegrationLookup {

    /** The name of all integrations that receive by Stream. */
    public static final String ALL = "all";

    private final Settings settings;

    public IntegrationApps(Settings settings) {
        this.settings = settings;
    }

    @Override
    public List<DingTalkApp> find(String integration) {
        if (integration.equals(ALL)) {
            return settings.integrations().stream().filter(each -> each.hasApp() && each.stream()).map(each -> of(settings, each)).toList();
        }
        return settings.integration(integration).map(one -> of(settings, one)).stream().toList();
    }

    @Override
    public boolean isSet(String integration) {
        return integration.equals(ALL);
    }

    /** The app of an integration; its options are named as the settings are. */
    public static DingTalkApp of(Settings settings, Integration integration) {
        return new DingTalkApp(integration.id(), integration.appKey().orElse(null), integration.appSecret(),
                integration.robotCode().orElse(null), settings.apiBaseUrl(), settings.oapiBaseUrl(), integration.language(),
                integration.maxMessageLength(), integration.streamConnections(), settings.files().attachmentHosts(), integration.webhook(),
                integration.webhookSecret(), names(integration.id()));
    }

    /** What error messages call the options of an integration: its settings. */
    public static OptionNames names(String integration) {
        return OptionNames.settings(integration.equals("main") ? "dingtalk." : "dingtalk.integrations." + integration + ".");
    }
}
