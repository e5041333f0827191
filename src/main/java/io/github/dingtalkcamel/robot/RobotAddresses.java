package io.github.dingtalkcamel.robot;

import java.net.URI;
import java.net.URISyntaxException;

import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.RobotAddress;
import io.github.dingtalkcamel.component.api.WebhookAddresses;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.integration.IntegrationApps;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/**
 * The URLs of custom robots: from the settings or from a call, on DingTalk's origin only, signed where the integration has a secret for its
 * robot.
 */
final class RobotAddresses {

    private final Settings settings;
    private final WebhookAddresses webhooks;

    RobotAddresses(Settings settings) {
        this.settings = settings;
        this.webhooks = new WebhookAddresses(settings.apiBaseUrl(), settings.oapiBaseUrl());
    }

    /** The URL of a call, or unset where it names the robot of the integration's settings, or none. */
    Secret other(String integration, Secret url) {
        boolean given = url != null && url.isSet();
        return given && settings.integration(integration).map(Integration::webhook).filter(url::equals).isEmpty() ? url : Secret.UNSET;
    }

    /** The address that a message is sent to. */
    RobotAddress address(RobotQueue.Waiting message) throws RejectedException {
        URI uri = checked(message.integration(), message.url());
        Secret secret = message.url().isSet() ? Secret.UNSET : settings.integration(message.integration()).orElseThrow().webhookSecret();
        return new RobotAddress(message.robot(), uri, secret, IntegrationApps.names(message.integration()));
    }

    /**
     * The robot's address.
     *
     * @param  url               unset for that of the settings
     * @throws RejectedException there is none ({@code noWebhook}), or it is not on DingTalk's origin ({@code foreignWebhook})
     */
    URI checked(String integration, Secret url) throws RejectedException {
        Secret robot = url.isSet() ? url : settings.integration(integration).map(Integration::webhook).orElse(Secret.UNSET);
        if (!robot.isSet()) {
            throw new RejectedException("noWebhook", "The integration " + integration + " has no custom robot",
                    "Set dingtalk.webhook to the URL that the robot's settings in the group show", null);
        }
        if (url.isSet()) {
            KnownSecrets.passing(robot.reveal());
        }
        try {
            URI uri = new URI(robot.reveal());
            if (webhooks.isOfOlderApi(uri) && uri.getRawUserInfo() == null && uri.getRawQuery() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // reported below, without the URL
        }
        throw new RejectedException("foreignWebhook", "The custom robot's URL is not one of DingTalk's",
                "It must begin with dingtalk.oapi-base-url (https://oapi.dingtalk.com) and hold its access_token", null);
    }
}
