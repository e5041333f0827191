package io.github.dingtalkcamel.component.api;
import java.net.URI;
import java.util.Objects;
import java.util.Set;

import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * The DingTalk app that an endpoint acts for.
 *
 * @param name             for logs, errors and headers: the integration's id, or the app key
 * @param appKey           the app key (client id), or null for an app that only has a custom robot
 * @param appSecret        the app secret (client secret)
 * @param robotCode        code of the app's robot, or null for the app key
 * @param apiBaseUrl       where api.dingtalk.com is, without a slash at the end
 * @param oapiBaseUrl      where oapi.dingtalk.com is, without a slash at the end
 * @param language         of the text that replaces pictures, files and the like
 * @param maxMessageLength characters of one chunk of a reply, 100 to 20000
 * @param connections      Stream connections to keep open
 * @param attachmentHosts  hosts beside DingTalk's own that attachments may be downloaded from, in lower case
 * @param webhookUrl       URL of a custom robot, unset for none
 * @param webhookSecret    what that robot signs with, unset for none
 * @param names            what error messages call the options
 */
public record DingTalkApp(String name, String appKey, Secret appSecret, String robotCode, URI apiBaseUrl, URI oapiBaseUrl,
        Language language, int maxMessageLength, int connections, Set<String> attachmentHosts, Secret webhookUrl, Secret webhookSecret,
                OptionNames names) {

    public DingTalkApp {
        Objects.requireNonNull(name, "name");
        robotCode = robotCode == null ? appKey : robotCode;
        if (connections < 1 || connections > 100) {
            throw new IllegalArgumentException(names.of("connections") + " must be 1 to 100, not " + connections);
        }
        // DingTalk may quote them in its errors
        KnownSecrets.keep(appSecret.reveal());
        KnownSecrets.keep(webhookUrl.reveal());
        KnownSecrets.keep(webhookSecret.reveal());
    }

    /** Whether it can call DingTalk's API: it has an app key and an app secret. */
    public boolean hasCredentials() {
        return appKey != null && !appKey.isEmpty() && appSecret.isSet();
    }

    /** Where a path is: at api.dingtalk.com, or at oapi.dingtalk.com. */
    public URI baseUrlOf(String path) {
        return ApiRequest.isOfNewerApi(path) ? apiBaseUrl : oapiBaseUrl;
    }

    /** Without secrets. */
    @Override
    public String toString() {
        return "DingTalkApp[" + name + "]";
    }
}
