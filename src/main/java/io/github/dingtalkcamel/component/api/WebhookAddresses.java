package io.github.dingtalkcamel.component.api;

import java.net.URI;

/**
 * Which addresses are webhooks of DingTalk's. They are secrets themselves, and come with messages or calls: nothing is posted to an address
 * that is not one of these.
 *
 * @param apiBaseUrl  where api.dingtalk.com is
 * @param oapiBaseUrl where oapi.dingtalk.com is
 */
public record WebhookAddresses(URI apiBaseUrl, URI oapiBaseUrl) {

    private static final String SESSION_WEBHOOK = "/robot/sendBySession";
    private static final String CUSTOM_ROBOT = "/robot/send";

    /**
     * True for the address of a custom robot (docs/protocol.md 6.2): {@code /robot/send} below the base URL of the older API, with an
     * access token.
     */
    public boolean isCustomRobot(URI address) {
        return isOfOlderApi(address) && Addresses.of(oapiBaseUrl, CUSTOM_ROBOT).getPath().equals(address.getPath())
                && address.getRawUserInfo() == null && address.getRawQuery() != null && address.getRawQuery().matches("access_token=[^&]+");
    }

    /**
     * True for the address of a session webhook (docs/protocol.md 6.1): exactly {@code /robot/sendBySession}, as it is spelt, on the origin
     * of one of the two base URLs. Other paths of these origins are refused, since a custom robot of another organisation is there too.
     */
    public boolean isSessionWebhook(URI address) {
        return (Addresses.sameOrigin(apiBaseUrl, address) || isOfOlderApi(address)) && SESSION_WEBHOOK.equals(address.getRawPath())
                && address.getRawUserInfo() == null && address.getRawFragment() == null;
    }

    /** True for an address on the origin of the older API, where custom robots are (docs/protocol.md 6.2). */
    public boolean isOfOlderApi(URI address) {
        return Addresses.sameOrigin(oapiBaseUrl, address);
    }
}
