package io.github.dingtalkcamel.server;
import io.github.dingtalkcamel.settings.Settings;

/** Where this process can be reached, as far as it can know. */
public final class Addresses {

    private Addresses() {
    }

    /** The callback URL of an integration, seen from this machine. */
    public static String webhook(Settings settings, String integration) {
        return "http://" + local(settings.webhookHost()) + ":" + settings.webhookPort() + path(integration);
    }

    /** The callback URL to enter in DingTalk's console: the public one where it is set. */
    public static String callback(Settings settings, String integration) {
        return settings.publicUrl().map(url -> url + path(integration)).orElseGet(() -> webhook(settings, integration));
    }

    /** The management server, seen from this machine. */
    public static String management(Settings settings) {
        return "http://" + local(settings.managementHost()) + ":" + settings.managementPort();
    }

    private static String path(String integration) {
        return "/api/dingtalk/webhook/" + integration;
    }

    private static String local(String host) {
        String reachable = host.equals("0.0.0.0") || host.equals("::") ? "127.0.0.1" : host;
        return reachable.contains(":") && !reachable.startsWith("[") ? "[" + reachable + "]" : reachable;
    }
}
