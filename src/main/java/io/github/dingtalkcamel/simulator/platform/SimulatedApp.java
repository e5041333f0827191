package io.github.dingtalkcamel.simulator.platform;

import java.util.Objects;

/**
 * An app with a robot, as its owner would see it in DingTalk's console.
 *
 * @param robotCode     the app key unless set (docs/protocol.md 0.3)
 * @param callbackUrl   where robot messages and events are pushed; null until it is known
 * @param callbackToken with {@code aesKey}: for encrypted pushes; null without
 * @param aesKey        43 letters and digits; null without
 * @param ownerKey      the app key unless set (docs/protocol.md 5.3)
 * @param integration   what the application calls it; null where that is unknown
 */
public record SimulatedApp(String appKey, String appSecret, String robotCode, String callbackUrl, String callbackToken, String aesKey,
        String ownerKey, String integration) {

    public SimulatedApp {
        Objects.requireNonNull(appKey, "appKey");
        Objects.requireNonNull(appSecret, "appSecret");
        robotCode = robotCode == null ? appKey : robotCode;
        ownerKey = ownerKey == null ? appKey : ownerKey;
        if (callbackUrl != null && !callbackUrl.matches("https?://.+")) {
            throw new IllegalArgumentException("callbackUrl must be an http or https URL, not " + callbackUrl);
        }
        if ((callbackToken == null) != (aesKey == null)) {
            throw new IllegalArgumentException("callbackToken and aesKey belong together: set both or neither");
        }
        if (aesKey != null && aesKey.length() != 43) {
            throw new IllegalArgumentException("aesKey must have 43 characters, not " + aesKey.length());
        }
    }

    public static SimulatedApp of(String appKey, String appSecret) {
        return new SimulatedApp(appKey, appSecret, null, null, null, null, null, null);
    }

    public SimulatedApp withRobotCode(String value) {
        return new SimulatedApp(appKey, appSecret, value, callbackUrl, callbackToken, aesKey, ownerKey, integration);
    }

    public SimulatedApp withCallbackUrl(String value) {
        return new SimulatedApp(appKey, appSecret, robotCode, value, callbackToken, aesKey, ownerKey, integration);
    }

    public SimulatedApp withEncryption(String token, String key) {
        return new SimulatedApp(appKey, appSecret, robotCode, callbackUrl, token, key, ownerKey, integration);
    }

    public SimulatedApp withOwnerKey(String value) {
        return new SimulatedApp(appKey, appSecret, robotCode, callbackUrl, callbackToken, aesKey, value, integration);
    }

    public SimulatedApp withIntegration(String id) {
        return new SimulatedApp(appKey, appSecret, robotCode, callbackUrl, callbackToken, aesKey, ownerKey, id);
    }

    /** Without the secrets: the application may run its simulator with real credentials. */
    @Override
    public String toString() {
        return "SimulatedApp[appKey=" + appKey + ", robotCode=" + robotCode + ", callbackUrl=" + callbackUrl + "]";
    }
}
