package io.github.dingtalkcamel.settings;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.component.file.FileNames;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.encoding.ProcessInput;

/** The kinds of values that settings have. */
final class ValueTypes {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?\\d{1,20}");
    private static final Pattern UNITS = Pattern.compile(
            "(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");
    private static final long[] UNIT_MILLIS = {86_400_000, 3_600_000, 60_000, 1_000, 1};
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?");
    private static final Pattern AGENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern ENDPOINT = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:[^\\s]+");
    private static final Pattern AES_KEY = Pattern.compile("[A-Za-z0-9+/]{43}");
    private static final Pattern ACCESS_TOKEN = Pattern.compile("(?:^|&)access_token=[^&]");

    /** The directory would be created under another name, in which each such character is a question mark. */
    private static final String UNKNOWN_TO_THE_LOCALE = "has characters that the locale does not know, so that no file can be named so";

    private ValueTypes() {
    }

    /** Exactly {@code true} or {@code false}: a word that means "no" elsewhere must not be taken for one of them. */
    static ValueType<Boolean> trueOrFalse() {
        return words("true or false", List.of("true", "false"), word -> switch (word) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        });
    }

    /** The constants of an enum in lower case, exactly. */
    static <E extends Enum<E>> ValueType<E> constants(String what, Class<E> type) {
        List<E> constants = List.of(type.getEnumConstants());
        Function<E, String> word = constant -> constant.name().toLowerCase(Locale.ROOT);
        return words(what, constants.stream().map(word).toList(),
                text -> constants.stream().filter(constant -> word.apply(constant).equals(text)).findFirst());
    }

    /** One of these words, as a function knows them. */
    static <T> ValueType<T> words(String what, List<String> words, Function<String, Optional<T>> meaning) {
        return text -> meaning.apply(text.strip()).orElseThrow(() -> BadValue.notOneOf(what, words));
    }

    static ValueType<Integer> number(int least, int most) {
        return text -> {
            String number = text.strip();
            if (number.startsWith("tcp://") || number.startsWith("udp://")) {
                // a Service called dingtalk-webhook makes Kubernetes set DINGTALK_WEBHOOK_PORT
                throw BadValue.of("is not a whole number",
                        "it looks like Kubernetes set it for a Service of that name: say enableServiceLinks: false in the pod's spec, or "
                        + "rename the Service");
            }
            if (!WHOLE_NUMBER.matcher(number).matches()) {
                throw BadValue.of("is not a whole number", "use " + least + " to " + most);
            }
            BigInteger value = new BigInteger(number);
            if (value.compareTo(BigInteger.valueOf(least)) < 0 || value.compareTo(BigInteger.valueOf(most)) > 0) {
                throw BadValue.of("is out of range", "use " + least + " to " + most);
            }
            return value.intValueExact();
        };
    }

    static ValueType<Integer> port() {
        return number(0, 65_535);
    }

    /**
     * A time span: a number with its unit ({@code 500ms}, {@code 90s}, {@code 30m}, {@code 1h}, {@code 2d}, several as {@code 1h30m}),
     * ISO-8601
     * ({@code PT1H}), or a plain number, which is seconds as in {@code shutdown-timeout}.
     */
    static ValueType<Duration> duration(Duration least, Duration most) {
        String range = "from " + shown(least) + " to " + shown(most);
        return text -> {
            Duration value = parsed(text.strip())
                    .orElseThrow(() -> BadValue.of("is not a time span", "use a number with ms, s, m, h or d such as 90s or 1h, " + range));
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw BadValue.of("is out of range", "use " + range);
            }
            return value;
        };
    }

    private static Optional<Duration> parsed(String text) {
        if (text.isEmpty() || text.length() > 60) {
            return Optional.empty();
        }
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        Matcher units = UNITS.matcher(text.toLowerCase(Locale.ROOT));
        if (units.matches()) {
            long millis = 0;
            for (int unit = 0; unit < UNIT_MILLIS.length; unit++) {
                millis += units.group(unit + 1) == null ? 0 : Long.parseLong(units.group(unit + 1)) * UNIT_MILLIS[unit];
            }
            return Optional.of(Duration.ofMillis(millis));
        }
        try {
            return Optional.of(Duration.parse(text));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static String shown(Duration duration) {
        if (duration.toMillis() % 1000 != 0) {
            return duration.toMillis() + "ms";
        }
        return duration.toDays() > 0 ? duration.toDays() + "d" : duration.toSeconds() + "s";
    }

    /** The root of an HTTP service. What could be a credential in it (user info, query) is refused, and the URL then not shown. */
    static ValueType<URI> baseUrl() {
        return text -> {
            String url = text.strip();
            if (url.contains("@") || url.contains("?") || url.contains("#")) {
                throw BadValue.hidden("holds a user, a query or a fragment", "use scheme, host, port and path only");
            }
            URI uri = httpUrl(url).orElseThrow(() -> BadValue.of("is not an absolute http or https URL with a host",
                    "write it as https://host or http://host:port (a host name has no underscore)"));
            return URI.create(uri.toString().replaceFirst("/+$", ""));
        };
    }

    /** The URL of a custom group robot (docs/protocol.md 6.2). Its access token makes all of it a secret. */
    static ValueType<Secret> webhookUrl() {
        return text -> {
            refuseSpaceAround(text);
            URI uri = httpUrl(text).orElseThrow(() -> BadValue.hidden("is not an absolute http or https URL with a host",
                    "copy the whole webhook URL from the robot's settings in the group"));
            if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
                throw BadValue.hidden("holds a user or a fragment", "copy the webhook URL as the robot's settings in the group show it");
            }
            if (uri.getRawQuery() == null || !ACCESS_TOKEN.matcher(uri.getRawQuery()).find()) {
                throw BadValue.hidden("has no access_token", "copy the whole webhook URL, with what follows the question mark");
            }
            return Secret.of(text);
        };
    }

    private static Optional<URI> httpUrl(String text) {
        try {
            URI uri = new URI(text);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            boolean port = uri.getPort() == -1 ? uri.getRawAuthority() != null && !uri.getRawAuthority().endsWith(":")
                    : uri.getPort() > 0 && uri.getPort() <= 65_535;
            return http && port && uri.getHost() != null ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** The URI of a Camel endpoint. One with options may hold credentials, so it is not shown. */
    static ValueType<String> endpoint() {
        return text -> {
            String uri = text.strip();
            if (!ENDPOINT.matcher(uri).matches()) {
                throw BadValue.hidden("is not the URI of a Camel endpoint",
                        "write it as direct:outbox, and send on from a route that begins with"
                        + " this endpoint");
            }
            return uri;
        };
    }

    static ValueType<StoreUrl> storeUrl() {
        return text -> {
            String url = text.strip();
            boolean sqlite = url.startsWith(StoreUrl.SQLITE) && url.length() > StoreUrl.SQLITE.length();
            boolean postgresql = url.startsWith(StoreUrl.POSTGRESQL) && url.length() > StoreUrl.POSTGRESQL.length();
            if (!sqlite && !postgresql) {
                throw BadValue.hidden("is not a URL of a store that is supported",
                        "write it as jdbc:sqlite:<file> or jdbc:postgresql://<host>/<database>");
            }
            if (sqlite && (url.contains(":memory:") || url.contains("mode=memory") || url.startsWith(StoreUrl.SQLITE + "?"))) {
                throw BadValue.hidden("names a store in memory, which a restart loses", "write it as jdbc:sqlite:<file>");
            }
            if (sqlite && !FileNames.isKnown(url)) {
                throw BadValue.hidden(UNKNOWN_TO_THE_LOCALE, ProcessInput.REMEDY);
            }
            return StoreUrl.of(url);
        };
    }


    /** An address to listen on: a host name, or an IP address with or without brackets. Is not looked up. */
    static ValueType<String> host() {
        return text -> {
            String host = text.strip();
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            if (!HOST_NAME.matcher(host).matches() && ipv6(host).isEmpty()) {
                throw BadValue.of("is not a host name or IP address",
                        "use one without scheme and port, such as 127.0.0.1, ::1 or localhost");
            }
            return host;
        };
    }

    /** Hosts separated by commas, in lower case; at least one. */
    static ValueType<Set<String>> hosts() {
        return text -> {
            Set<String> hosts = new LinkedHashSet<>();
            for (String part : text.split("[,，]")) {
                if (!part.isBlank()) {
                    hosts.add(host().parse(part).toLowerCase(Locale.ROOT));
                }
            }
            if (hosts.isEmpty()) {
                throw BadValue.of("names no host", "list hosts with commas between them, or leave the setting out");
            }
            return Set.copyOf(hosts);
        };
    }

    /** Whether only this machine reaches what listens on a host. A name other than localhost is not looked up, and counts as reachable. */
    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost") || host.matches("127(\\.\\d{1,3}){3}")
                || ipv6(host).filter(InetAddress::isLoopbackAddress).isPresent();
    }

    /** Whether a host means all addresses of this machine. */
    static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || ipv6(host).filter(InetAddress::isAnyLocalAddress).isPresent();
    }

    private static Optional<InetAddress> ipv6(String host) {
        String address = host.replaceFirst("%.*", "");
        if (!address.contains(":") || !address.matches("[0-9A-Fa-f:.]+")) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(address)); // a text with a colon is never looked up
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    static ValueType<Path> directory() {
        return text -> {
            try {
                return Path.of(text.strip());
            } catch (InvalidPathException e) {
                throw FileNames.isKnown(text) ? BadValue.of("is not a path", "use the path of a directory")
                        : BadValue.of(UNKNOWN_TO_THE_LOCALE, ProcessInput.REMEDY);
            }
        };
    }

    /** An agent's name, or {@code none} for no agent. */
    static ValueType<Optional<String>> agentOrNone() {
        return text -> {
            String name = text.strip();
            if (!AGENT.matcher(name).matches()) {
                throw BadValue.of("is not an agent's name",
                        "use 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or digit, or none");
            }
            return name.equals("none") ? Optional.empty() : Optional.of(name);
        };
    }

    /** Ids separated by commas, also by full-width ones; at least one. */
    static ValueType<Set<String>> ids(boolean withoutCase) {
        return text -> {
            Set<String> ids = new LinkedHashSet<>();
            for (String part : text.split("[,，]")) {
                if (!part.isBlank()) {
                    String id = plain(part);
                    if (id.contains(" ")) {
                        throw BadValue.of("holds a space within an id", "put commas between ids");
                    }
                    ids.add(withoutCase ? id.toLowerCase(Locale.ROOT) : id);
                }
            }
            if (ids.isEmpty()) {
                throw BadValue.of("is an empty list", "list ids with commas between them, or leave the setting out");
            }
            return Set.copyOf(ids);
        };
    }

    /** An id or a name: any text without control characters. */
    static ValueType<String> text() {
        return ValueTypes::plain;
    }

    /** A user's name for basic authentication, where a colon ends it. */
    static ValueType<String> userName() {
        return text -> {
            if (text.contains(":")) {
                throw BadValue.of("holds a colon", "choose a name without one: HTTP basic authentication cannot carry it");
            }
            return plain(text);
        };
    }

    /** Text of several lines, for people or models. */
    static ValueType<String> prose() {
        return text -> {
            String prose = text.strip();
            if (prose.codePoints().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t')) {
                throw BadValue.of("holds a control character", "write it anew by hand");
            }
            return prose;
        };
    }

    private static String plain(String text) throws BadValue {
        if (text.strip().codePoints().anyMatch(c -> c != ' ' && isInvisible(c))) {
            throw BadValue.of("holds an invisible character", "write it anew by hand");
        }
        return text.strip();
    }

    /**
     * A key or token that a machine made: visible ASCII without quotes. Never shown, also where it is no secret: what is in its place may
     * be one.
     */
    static ValueType<String> credential() {
        return text -> {
            refuseSpaceAround(text);
            if (text.length() > 1 && (text.startsWith("\"") && text.endsWith("\"") || text.startsWith("'") && text.endsWith("'"))) {
                throw BadValue.hidden("is in quotation marks", "remove the quotation marks around it");
            }
            if (!text.codePoints().allMatch(c -> c > ' ' && c < 0x7f)) {
                throw BadValue.hidden("holds white space or a character that is not ASCII", "copy it again from where it was issued");
            }
            return text;
        };
    }

    static ValueType<Secret> secretCredential() {
        return text -> Secret.of(credential().parse(text));
    }

    /** A password that a person chose: anything, but no white space around it. */
    static ValueType<Secret> password() {
        return text -> {
            refuseSpaceAround(text);
            return Secret.of(text);
        };
    }

    static ValueType<Secret> aesKey() {
        return text -> {
            String key = credential().parse(text);
            if (!AES_KEY.matcher(key).matches()) {
                throw BadValue.hidden("is not an AES key of 43 letters and digits (it has " + key.length() + " characters)",
                        "copy the whole key from the event subscription in the DingTalk console");
            }
            return Secret.of(key);
        };
    }

    private static void refuseSpaceAround(String text) throws BadValue {
        if (isInvisible(text.codePointAt(0)) || isInvisible(text.codePointBefore(text.length()))) {
            throw BadValue.hidden("has white space around it", "remove the white space around it");
        }
    }

    /** White space of any kind, control characters, and those that take no room, such as a zero-width space or a byte order mark. */
    private static boolean isInvisible(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c)
                || Character.getType(c) == Character.FORMAT;
    }
}
