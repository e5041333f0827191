package io.github.dingtalkcamel.component.dingtalk;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.IntegrationLookup;
import io.github.dingtalkcamel.component.api.OptionNames;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.EndpointServiceLocation;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.util.StringHelper;

/** Receive messages, events and clicks on cards from DingTalk, and send messages, cards and files to people and groups there. */
@UriEndpoint(firstVersion = "0.1.0", scheme = "dingtalk", title = "DingTalk", syntax = "dingtalk:kind", category = { Category.CHAT },
             headersClass = DingTalkConstants.class)
public class DingTalkEndpoint extends DefaultEndpoint implements EndpointServiceLocation {

    @UriPath(description = "What the endpoint does. Consumers: messages, events, cards. Producers: send, reply, robot, card, recall,"
                           + " upload, download, users, api.")
    @Metadata(required = true)
    private DingTalkKind kind;
    @UriParam
    private DingTalkConfiguration configuration;

    public DingTalkEndpoint(String uri, DingTalkComponent component, DingTalkConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    @Override
    public Producer createProducer() throws Exception {
        if (kind.isConsumed()) {
            throw new IllegalArgumentException("dingtalk:" + kind
                    + " is a consumer: use it in from. To send, use dingtalk:send or dingtalk:reply");
        }
        return new DingTalkProducer(this, Operations.of(this));
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        if (!kind.isConsumed()) {
            throw new IllegalArgumentException("dingtalk:" + kind
                    + " is a producer: use it in to. To receive, use dingtalk:messages, dingtalk:events or"
                    + " dingtalk:cards");
        }
        DingTalkConsumer consumer = new DingTalkConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public boolean isSingletonProducer() {
        return true;
    }

    /** The one app that a producer acts for. */
    DingTalkApp app() {
        return single(apps(), configuration.getIntegration());
    }

    /** The app of an integration. */
    DingTalkApp app(String integration) {
        return single(checked(integrations(integration)), integration);
    }

    /** Whether a producer acts for the integration that received the exchange's message, since it names no app. */
    boolean isForEachMessagesApp() {
        return configuration.getIntegration() == null && configuration.getAppKey() == null && getComponent().getIntegrationLookup() != null
                && kind != DingTalkKind.robot;
    }

    private DingTalkApp single(List<DingTalkApp> apps, String integration) {
        if (apps.size() != 1) {
            throw new IllegalArgumentException("dingtalk:" + kind + ": option integration=" + integration + " names " + apps.size()
                    + " apps, and a producer acts for one: name a single one");
        }
        return apps.get(0);
    }

    /** The apps that the endpoint acts for, each with what it needs. */
    List<DingTalkApp> apps() {
        return checked(configuration.getIntegration() == null ? List.of(ownApp()) : integrations(configuration.getIntegration()));
    }

    private List<DingTalkApp> checked(List<DingTalkApp> apps) {
        for (DingTalkApp app : apps) {
            if (kind != DingTalkKind.robot && !app.hasCredentials()) {
                throw new IllegalArgumentException("dingtalk:" + kind + " needs an app: set " + app.names().of("appKey") + " and "
                        + app.names().of("appSecret")
                        + " to the credentials of the app in DingTalk's developer console");
            }
        }
        return apps;
    }

    private List<DingTalkApp> integrations(String integration) {
        IntegrationLookup lookup = getComponent().getIntegrationLookup();
        if (lookup == null) {
            throw new IllegalArgumentException("dingtalk:" + kind
                    + ": option integration needs an IntegrationLookup, and this application has none:"
                    + " set appKey and appSecret instead");
        }
        List<DingTalkApp> apps = lookup.find(integration);
        if (apps.isEmpty() && !lookup.isSet(integration)) {
            throw new IllegalArgumentException("dingtalk:" + kind + ": no integration is called " + integration
                    + ": set up one, or name another in option integration");
        }
        return apps;
    }

    private DingTalkApp ownApp() {
        String appKey = configuration.getAppKey();
        return new DingTalkApp(appKey == null ? "" : appKey, appKey, secret(configuration.getAppSecret()), configuration.getRobotCode(),
                baseUrl("apiBaseUrl", configuration.getApiBaseUrl()), baseUrl("oapiBaseUrl", configuration.getOapiBaseUrl()),
                        language(configuration.getLanguage()),
                6000, configuration.getConnections(), hosts(configuration.getAttachmentHosts()), Secret.UNSET, Secret.UNSET,
                        OptionNames.OF_URI);
    }

    private static Set<String> hosts(String text) {
        return text == null ? Set.of() : Arrays.stream(text.toLowerCase(Locale.ROOT).split("[,\\s]+")).filter(host -> !host.isEmpty())
                .collect(Collectors.toSet());
    }

    static Secret secret(String text) {
        return text == null ? Secret.UNSET : Secret.of(text);
    }

    private static URI baseUrl(String option, String text) {
        try {
            URI uri = new URI(text.strip().replaceFirst("/+$", ""));
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // reported below
        }
        throw new IllegalArgumentException("Option " + option + " must be an http or https address, such as https://api.dingtalk.com");
    }

    private static Language language(String text) {
        String word = text.strip().replace('_', '-');
        if (word.equalsIgnoreCase("zh") || word.equalsIgnoreCase("zh-CN")) {
            return Language.ZH_HANS;
        }
        return Language.of(word.equalsIgnoreCase("en-US") ? "en" : word)
                .orElseThrow(() -> new IllegalArgumentException("Option language must be zh-Hans or en, not " + text));
    }

    @Override
    public DingTalkComponent getComponent() {
        return (DingTalkComponent) super.getComponent();
    }

    @Override
    public String getServiceUrl() {
        return StringHelper.before(configuration.getApiBaseUrl() + "?", "?");
    }

    @Override
    public String getServiceProtocol() {
        return "dingtalk";
    }

    public DingTalkKind getKind() {
        return kind;
    }

    public void setKind(DingTalkKind kind) {
        this.kind = kind;
    }

    public DingTalkConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(DingTalkConfiguration configuration) {
        this.configuration = configuration;
    }
}
