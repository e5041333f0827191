package io.github.dingtalkcamel.component.api;

import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * Scheme, host and port of a URL.
 *
 * @param secure whether by TLS
 * @param host   its name, or its address without brackets
 */
record Origin(boolean secure, String host, int port) {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /** @throws IllegalArgumentException where it is no http or https URL */
    static Origin of(URI uri) {
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        if (!secure && !"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
            throw new IllegalArgumentException("no http or https URL");
        }
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        return new Origin(secure, host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                uri.getPort() >= 0 ? uri.getPort() : secure ? HTTPS : HTTP);
    }

    /** As the header {@code Host} has it. */
    String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (secure ? HTTPS : HTTP) ? name : name + ":" + port;
    }

    /** Whether the JVM's settings name no proxy for it. */
    boolean isDirect() {
        ProxySelector proxies = ProxySelector.getDefault();
        if (proxies == null) {
            return true;
        }
        List<Proxy> chosen = proxies.select(URI.create((secure ? "https://" : "http://") + authority() + "/"));
        return chosen == null || chosen.isEmpty() || chosen.get(0).type() == Proxy.Type.DIRECT;
    }
}
