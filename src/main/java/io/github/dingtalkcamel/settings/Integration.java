package io.github.dingtalkcamel.settings;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * One integration as it is set (docs/settings.md, "Per integration"; each is described in {@link SettingCatalogue}). Has an app, a
 * webhook, or both.
 *
 * @param id                {@code main}, or another name of lower-case letters and digits
 * @param appKey            present exactly where the app secret is set
 * @param robotCode         the app key where not set; empty without an app
 * @param callbackToken     set exactly where the AES key is
 * @param callbackAesKey    43 characters
 * @param callbackOwnerKey  the app key where not set; empty without an app
 * @param allowedUsers      in lower case; empty means all users
 * @param allowedGroups     conversation ids as they were written
 * @param adminUsers        in lower case
 * @param fallbackAgent     empty where {@code none} was set
 * @param sessionIdleTimeout zero for never
 * @param maxMessageLength  characters, 100 to 20000
 * @param webhook           the custom robot's URL with its access token
 */
public record Integration(
        String id,
        Optional<String> appKey,
        Secret appSecret,
        Optional<String> robotCode,
        boolean stream,
        int streamConnections,
        boolean callback,
        Secret callbackToken,
        Secret callbackAesKey,
        Optional<String> callbackOwnerKey,
        Policy dmPolicy,
        Policy groupPolicy,
        Set<String> allowedUsers,
        Set<String> allowedGroups,
        Set<String> adminUsers,
        Optional<String> fallbackAgent,
        Language language,
        SessionScope sessionScope,
        Duration sessionIdleTimeout,
        int historyTurns,
        int historyBytes,
        int maxMessageLength,
        boolean thinkingReaction,
        String cardTemplateId,
        Streaming streaming,
        Secret webhook,
        Secret webhookSecret,
        Optional<String> userId,
        Optional<String> conversationId) {

    /** Whether it has credentials of an app; without them it only sends to its webhook. */
    public boolean hasApp() {
        return appKey.isPresent();
    }

    /** Whether its app exists only in the simulator of one process, with a secret that no other one knows. */
    public boolean isInvented() {
        return appKey.filter(InventedCredentials.APP_KEY::equals).isPresent();
    }

    /** Whether it has the URL of a custom group robot. */
    public boolean hasWebhook() {
        return webhook.isSet();
    }

    /** Whether the list of allowed users lets this user id through: it is on it, without regard to case, or there is no list. */
    public boolean allowsUser(String user) {
        return allowedUsers.isEmpty() || allowedUsers.contains(user.toLowerCase(Locale.ROOT));
    }

    /** Whether this group is on the list of allowed ones, without regard to case. */
    public boolean allowsGroup(String conversationId) {
        return allowedGroups.stream().anyMatch(conversationId::equalsIgnoreCase);
    }

    /** Whether this user id is on the list of admins, without regard to case. DingTalk's own admins are not known here. */
    public boolean listsAdmin(String user) {
        return adminUsers.contains(user.toLowerCase(Locale.ROOT));
    }
}
