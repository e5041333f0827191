package io.github.dingtalkcamel.settings;
import java.net.Authenticator;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * Makes {@code HTTPS_PROXY}, {@code HTTP_PROXY} and {@code NO_PROXY} count, which Java itself does not know: for REST and Stream
 * connections alike. Java's own properties ({@code https.proxyHost}, {@code https.proxyPort}, {@code http.nonProxyHosts}, {@code
 * https.proxyUser}, {@code https.proxyPassword}) win.
 * <p>
 * The password is kept out of the system properties, which consoles can show.
 */
public final class ProxyEnvironment {

    private static final String TUNNEL_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";
    private static final String NOT_PROXIED = "http.nonProxyHosts";
    private static final String LOOPBACK = "localhost|127.*|[::1]";

    private ProxyEnvironment() {
    }

    /** To be called before anything opens a connection: Java looks at some of this only once. */
    public static void apply(Map<String, String> environment, Properties system) {
        // as shipped, Java sends no password to a proxy that it tunnels through, not even over TLS
        if (system.getProperty(TUNNEL_SCHEMES) == null) {
            system.setProperty(TUNNEL_SCHEMES, "");
        }
        Map<String, PasswordAuthentication> users = new HashMap<>();
        for (String scheme : new String[] { "https", "http" }) {
            if (system.getProperty(scheme + ".proxyHost") == null) {
                proxy(environment, scheme + "_proxy", scheme, system, users);
            }
            String host = system.getProperty(scheme + ".proxyHost");
            String user = system.getProperty(scheme + ".proxyUser");
            String password = system.getProperty(scheme + ".proxyPassword");
            if (host != null && user != null && password != null) {
                String port = system.getProperty(scheme + ".proxyPort", scheme.equals("https") ? "443" : "80");
                users.put(host.toLowerCase(Locale.ROOT) + ':' + port, new PasswordAuthentication(user, password.toCharArray()));
            }
        }
        String not = value(environment, "no_proxy");
        if (not != null && system.getProperty(NOT_PROXIED) == null) {
            system.setProperty(NOT_PROXIED, patterns(not));
        }
        if (!users.isEmpty()) {
            Authenticator.setDefault(new ProxyUsers(users));
        }
    }

    private static void proxy(Map<String, String> environment, String variable, String scheme, Properties system,
            Map<String, PasswordAuthentication> users) {
        String value = value(environment, variable);
        if (value == null) {
            return;
        }
        URI uri;
        try {
            uri = URI.create(value.contains("://") ? value : "http://" + value);
        } catch (IllegalArgumentException e) {
            uri = null;
        }
        if (uri == null || uri.getHost() == null || !"http".equalsIgnoreCase(uri.getScheme())) {
            // without the value, which may hold a password
            System.err.println(variable.toUpperCase(Locale.ROOT)
                    + " is ignored: it must be http://host:port or http://user:password@host:port");
            return;
        }
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        system.setProperty(scheme + ".proxyHost", uri.getHost());
        system.setProperty(scheme + ".proxyPort", String.valueOf(port));
        String user = uri.getRawUserInfo();
        if (user != null) {
            int colon = user.indexOf(':');
            String password = colon < 0 ? "" : user.substring(colon + 1);
            users.put(key(uri.getHost(), port), new PasswordAuthentication(decoded(colon < 0 ? user : user.substring(0, colon)),
                    decoded(password).toCharArray()));
        }
    }

    /** Lower case first, as curl does: an upper-case HTTP_PROXY may come from a request's header where a program runs as CGI. */
    private static String value(Map<String, String> environment, String variable) {
        String value = environment.getOrDefault(variable, environment.get(variable.toUpperCase(Locale.ROOT)));
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** {@code .example.com} and {@code example.com} both mean the domain with all its subdomains. */
    private static String patterns(String noProxy) {
        Set<String> patterns = new LinkedHashSet<>();
        for (String entry : noProxy.split("[,\\s]+")) {
            String domain = entry.replaceFirst("^\\*?\\.", "");
            if (domain.equals("*")) {
                patterns.add("*");
            } else if (!domain.isEmpty()) {
                patterns.add(domain);
                patterns.add("*." + domain);
            }
        }
        patterns.add(LOOPBACK);
        return String.join("|", patterns);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String key(String host, int port) {
        return host.toLowerCase(Locale.ROOT) + ':' + port;
    }

    /** Answers proxies only, and each with its own password. */
    private static final class ProxyUsers extends Authenticator {

        private final Map<String, PasswordAuthentication> users;

        ProxyUsers(Map<String, PasswordAuthentication> users) {
            this.users = Map.copyOf(users);
        }

        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            boolean asked = getRequestorType() == RequestorType.PROXY && getRequestingHost() != null;
            return asked ? users.get(key(getRequestingHost(), getRequestingPort())) : null;
        }
    }
}
