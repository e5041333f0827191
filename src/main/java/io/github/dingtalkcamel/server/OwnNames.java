package io.github.dingtalkcamel.server;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The names by which one of our servers may be called: {@code localhost}, addresses in digits, the host that it listens on, and further
 * names that are given. Another name may be one that a foreign DNS server points here, so that a browser counts a foreign page as ours (DNS
 * rebinding). That can't be done with an address in digits.
 */
public final class OwnNames {

    private final Set<String> names = new HashSet<>();
    private final Set<String> given = new HashSet<>();

    /**
     * @param host  what the server listens on
     * @param given further names without ports, in any case
     */
    public OwnNames(String host, Collection<String> given) {
        given.forEach(name -> this.given.add(name.toLowerCase(Locale.ROOT)));
        names.addAll(this.given);
        names.add(host.toLowerCase(Locale.ROOT));
        names.add("localhost");
    }

    /** Whether the value of a {@code Host} header is ours; without one, no browser sent the request. */
    public boolean isOwn(String authority) {
        if (authority == null) {
            return true;
        }
        String name = name(authority);
        return names.contains(name) || name.matches("[0-9.]+|\\[[0-9a-f:.]+]");
    }

    /** Whether a page of this {@code Origin} is ours: it has the request's own host and port, or a name that was given (a proxy's). */
    public boolean isOwnOrigin(String origin, String authority) {
        if (origin == null) {
            return true;
        }
        String from = origin.replaceFirst("^[a-z]+://", "");
        return from.equalsIgnoreCase(authority) || given.contains(name(from));
    }

    private static String name(String authority) {
        return authority.replaceFirst(":\\d*$", "").replaceFirst("\\.$", "").toLowerCase(Locale.ROOT);
    }
}
