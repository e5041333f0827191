package io.github.dingtalkcamel.integration;

import io.github.dingtalkcamel.component.dingtalk.DingTalkComponent;
import io.github.dingtalkcamel.component.message.EarlierMessages;
import io.github.dingtalkcamel.limits.LimitsConfiguration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.CamelContext;

/**
 * The beans of this package: the component {@code dingtalk} with the limits and integrations of the application.
 *
 * @param component    calls DingTalk and receives by Stream
 * @param accessTokens which integrations need an access token, and which can't get one
 */
public record IntegrationConfiguration(DingTalkComponent component, AccessTokens accessTokens) {

    /** Creates them, adds the component, and binds what routes name. */
    public static IntegrationConfiguration bind(CamelContext context, Settings settings, LimitsConfiguration limits,
            EarlierMessages earlier) {
        DingTalkComponent component = new DingTalkComponent(context);
        AccessTokens accessTokens = new AccessTokens(settings, component);
        component.setIntegrationLookup(new IntegrationApps(settings));
        component.setCallLimiter(limits.waiting());
        component.setCallRetry(limits.waiting());
        component.setCallObserver(accessTokens);
        component.setEarlierMessages(earlier);
        // health has checks of its own for each integration and connection
        component.setHealthCheckConsumerEnabled(false);
        context.addComponent("dingtalk", component);
        context.getRegistry().bind("accessTokens", accessTokens);
        return new IntegrationConfiguration(component, accessTokens);
    }
}
