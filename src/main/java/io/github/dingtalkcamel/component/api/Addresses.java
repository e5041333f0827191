package io.github.dingtalkcamel.component.api;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Addresses below the two base URLs. */
public final class Addresses {

    private Addresses() {
    }

    /** A fixed path below a base URL, which may have a path of its own. */
    public static URI of(URI base, String path) {
        return URI.create(base + path);
    }

    /** The address with one more parameter in its query. */
    public static URI withParameter(URI uri, String name, String value) {
        return URI.create(uri + (uri.getRawQuery() == null ? "?" : "&") + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }

    /** True when both have the same scheme, host and port. */
    public static boolean sameOrigin(URI one, URI other) {
        return one.getScheme() != null && one.getHost() != null
               && one.getScheme().equalsIgnoreCase(other.getScheme()) && one.getHost().equalsIgnoreCase(other.getHost())
               && port(one) == port(other);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}
