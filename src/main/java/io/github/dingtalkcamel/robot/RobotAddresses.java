package io.github.dingtalkcamel.robot;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.SignedUrl;
import io.github.dingtalkcamel.component.api.WebhookMessage;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.outbound.DingTalk;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/**
 * The URLs of custom robots: from the settings or from a call, on DingTalk's origin only, signed where the integration has a secret for its
 * robot.
 */
final class RobotAddresses {

    private final Settings settings;
    private final DingTalk dingTalk;
    private final InstantSource clock;

    RobotAddresses(Settings settings, DingTalk dingTalk, InstantSource clock) {
        this.settings = settings;
        this.dingTalk = dingTalk;
        this.clock = clock;
    }

    /** The URL of a call, or unset where it names the robot of the integration's settings, or none. */
    Secret other(String integration, Secret url) {
        return url != null && url.isSet() && settings.integration(integration).map(Integration::webhook).filter(url::equals).isEmpty() ? url : Secret.UNSET;
    }

    /** The call that sends a message. */
    ApiRequest request(RobotQueue.Waiting message) throws RejectedException {
        URI uri = checked(message.integration(), message.url());
        Secret secret = message.url().isSet() ? Secret.UNSET : settings.integration(message.integration()).orElseThrow().webhookSecret();
        return new ApiRequest(ApiRequest.CUSTOM_ROBOT, message.robot(), secret.isSet() ? SignedUrl.of(uri, clock.millis(), secret) : uri,
                Secret.UNSET, WebhookMessage.withUuid(message.payload(), message.msgUuid()));
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
            if (dingTalk.isOapi(uri) && uri.getRawUserInfo() == null && uri.getRawQuery() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // reported below, without the URL
        }
        throw new RejectedException("foreignWebhook", "The custom robot's URL is not one of DingTalk's",
                "It must begin with dingtalk.oapi-base-url (https://oapi.dingtalk.com) and hold its access_token", null);
    }
}
