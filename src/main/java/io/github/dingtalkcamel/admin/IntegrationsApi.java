package io.github.dingtalkcamel.admin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.stream.ConnectionStatus;
import io.github.dingtalkcamel.inbound.Streams;
import io.github.dingtalkcamel.inbound.Webhook;
import io.github.dingtalkcamel.integration.AccessTokens;
import io.github.dingtalkcamel.server.Addresses;
import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.ExchangeProperty;

/** {@code GET /api/dingtalk/integrations}: each integration, how messages come in, and what is missing. No secrets. */
public final class IntegrationsApi {

    private final Settings settings;
    private final Webhook webhook;
    private final Streams streams;
    private final Agents agents;
    private final AccessTokens accessTokens;

    public IntegrationsApi(Settings settings, Webhook webhook, Streams streams, Agents agents, AccessTokens accessTokens) {
        this.settings = settings;
        this.webhook = webhook;
        this.streams = streams;
        this.agents = agents;
        this.accessTokens = accessTokens;
    }

    /** By id, a page at a time. */
    public Map<String, Object> list(@ExchangeProperty(ApiCall.PROPERTY) ApiCall call) throws ApiException {
        Page page = Page.of(call, 1);
        List<Integration> found = settings.integrations().stream().filter(each -> each.id().compareTo(page.after().get(0)) > 0)
                .sorted((one, other) -> one.id().compareTo(other.id())).limit(page.lookFor()).toList();
        return page.answer("integrations", found, each -> List.of(each.id()), this::shown);
    }

    private Map<String, Object> shown(Integration integration) {
        String id = integration.id();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", id);
        List<String> ways = new ArrayList<>();
        if (streams.isOn(id)) {
            ways.add("stream");
        }
        if (webhook.isOn(id)) {
            ways.add("webhook");
        }
        shown.put("waysIn", ways);
        shown.put("streamConnections", streams.connections(id).stream().map(IntegrationsApi::shown).toList());
        shown.put("callbackUrl", webhook.isOn(id) ? Addresses.callback(settings, id) : null);
        shown.put("encryptedCallbacks", webhook.isOn(id) && integration.callbackToken().isSet());
        shown.put("groupWebhook", integration.hasWebhook());
        String triggered = agents.triggered(id);
        shown.put("agent", triggered != null ? triggered : integration.fallbackAgent().orElse(null));
        shown.put("missing", missing(integration));
        return shown;
    }

    private static Map<String, Object> shown(ConnectionStatus status) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("number", status.number());
        shown.put("state", status.state().name().toLowerCase(Locale.ROOT));
        shown.put("since", text(status.since()));
        shown.put("lastMessage", text(status.lastMessage()));
        shown.put("reconnects", status.reconnects());
        shown.put("trouble", status.trouble());
        shown.put("remedy", status.remedy());
        return shown;
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }

    private List<String> missing(Integration integration) {
        List<String> missing = new ArrayList<>();
        String id = integration.id();
        if (!integration.hasApp()) {
            missing.add("No app: set its app-key and app-secret to take messages; without them it sends to its group webhook only");
            return missing;
        }
        if (!streams.isOn(id) && !webhook.isOn(id)) {
            missing.add("No way in: set dingtalk.stream or dingtalk.callback");
        }
        if (webhook.isOn(id) && !streams.isOn(id) && settings.publicUrl().isEmpty()) {
            missing.add("No public address is known: set dingtalk.public-url to where DingTalk reaches this webhook");
        }
        if (streams.isOn(id) && !streams.isReceiving(id)) {
            missing.add("No Stream connection is open: see streamConnections for the reason");
        }
        DingTalkException token = accessTokens.failure(id);
        if (token != null) {
            missing.add("No access token: " + token.getMessage() + ". " + token.remedy());
        }
        String triggered = agents.triggered(id);
        String agent = triggered != null ? triggered : integration.fallbackAgent().orElse(null);
        if (agent == null) {
            missing.add("No agent: set dingtalk.fallback-agent, or a trigger for " + id);
        } else if (!agents.isRunning(agent)) {
            missing.add("Agent " + agent + " is not running: add or start a route that consumes from agent:" + agent);
        }
        return missing;
    }
}
