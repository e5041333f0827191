package io.github.dingtalkcamel.component.secrets;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;


/**
 * All secrets of this process, and texts without them. Every text from outside (DingTalk's error texts, exceptions of clients and drivers,
 * close reasons) is cleaned where it enters, before it is logged, stored, shown or thrown: the other side may quote what it was sent.
 * <p>
 * Promises: {@link #clean} replaces each known secret by {@code ***}, as it is, in Base64, URL-encoded or escaped for JSON, two layers
 * deep; secrets of the settings are never forgotten; of those that come and go (access tokens, session webhooks, signatures, tickets) the
 * latest 1,000 and 2,000 are known, so that memory is bounded. What is named as a secret ({@code access_token=…}, {@code "appSecret":"…"},
 * {@code Bearer …}) is replaced whether it is known or not.
 * <p>
 * Does not promise: to find what is cut, reversed or encoded in other ways. Secrets of fewer than four characters are not looked for, those
 * of fewer than eight only as whole words, since they are parts of other words. At most 65,536 characters of a text are kept.
 * <p>
 * One for the process, since exceptions are made where nothing is at hand, and a secret of one part must not show in another's text.
 */
public final class KnownSecrets {

    private static final KnownSecrets PROCESS = new KnownSecrets(1_000, 2_000);

    /** Replaces a secret. */
    public static final String HIDDEN = "***";

    private static final int LONGEST_TEXT = 1 << 16;
    private static final int LONGEST_SECRET = 4_096;
    private static final int SHORTEST_SECRET = 4;
    private static final String[] NONE = {};
    /** Forms are looked up by so many of their first characters. */
    private static final int KEY = 8;

    private static final String NAMES =
            "access_?token|app_?secret|client_?secret|session|session_?webhook|sign|signature|msg_?signature|ticket|password"
                                        + "|x-acs-dingtalk-access-token";
    private static final Pattern IN_URL = Pattern.compile("(?i)(?:(?<![a-z0-9])|(?<=%3F)|(?<=%26))((?:" + NAMES
            + ")(?:=|%3D))(?:(?!%26)[^&\\s\"'<>\\\\,;)\\]}，；。）])+");
    private static final Pattern IN_JSON = Pattern.compile("(?i)(\\\\*\"(?:" + NAMES + ")\\\\*\"\\s*:\\s*\\\\*\")[^\"\\\\]+");
    private static final Pattern IN_HEADER =
            Pattern.compile("(?i)((?<![a-z])(?:Bearer|Basic)\\s+|x-acs-dingtalk-access-token\\s*:\\s*)[a-z0-9+/=_.~-]{8,}");
    private static final Pattern ROBOT_SECRET = Pattern.compile("SEC[0-9a-f]{32,}");

    private final Map<String, String[]> byKey = new ConcurrentHashMap<>();
    private final Map<String, Integer> uses = new HashMap<>();
    /** Those that are shorter than that, by their first character. */
    private final Map<Character, String[]> shortOnes = new ConcurrentHashMap<>();
    private final Map<String, Boolean> settings = new HashMap<>();
    private final Map<String, Boolean> tokens;
    private final Map<String, Boolean> passing;

    KnownSecrets(int tokens, int passing) {
        this.tokens = latest(tokens);
        this.passing = latest(passing);
    }

    /** The text without the process's secrets; null stays null. */
    public static String clean(String text) {
        return PROCESS.cleaned(text);
    }

    /**
     * The text without the process's secrets, and then no longer than so many characters: cut the other way round, half a secret would be
     * left.
     */
    public static String clean(String text, int length) {
        String cleaned = clean(text);
        return cleaned == null || cleaned.length() <= length ? cleaned : cleaned.substring(0, length) + "…";
    }

    /** Remembers every {@link Secret} among the components of a record of settings. */
    public static void keepAllOf(Record settings) {
        for (RecordComponent component : settings.getClass().getRecordComponents()) {
            if (component.getType() == Secret.class) {
                try {
                    keep(((Secret) component.getAccessor().invoke(settings)).reveal());
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(component + " can't be read", e);
                }
            }
        }
    }

    /** Remembers a secret of the settings, or all secrets of a URL. */
    public static void keep(String secret) {
        PROCESS.add(PROCESS.settings, secret);
    }

    /** Remembers an access token for as long as no 1,000 others follow. */
    public static void token(String token) {
        PROCESS.add(PROCESS.tokens, token);
    }

    /**
     * Remembers what has a short life (a session webhook, a signature, a ticket; of a URL its secrets) for as long as no 2,000 others
     * follow.
     */
    public static void passing(String secret) {
        PROCESS.add(PROCESS.passing, secret);
    }

    /** Forgets all of the process's secrets: for tests, which are many applications in one process. */
    static void forgetAll() {
        PROCESS.forget();
    }

    private synchronized void forget() {
        byKey.clear();
        uses.clear();
        shortOnes.clear();
        settings.clear();
        tokens.clear();
        passing.clear();
    }

    void addSetting(String secret) {
        add(settings, secret);
    }

    void addToken(String token) {
        add(tokens, token);
    }

    void addPassing(String secret) {
        add(passing, secret);
    }

    /** How many forms of secrets are looked for. */
    synchronized int size() {
        return uses.size();
    }

    private Map<String, Boolean> latest(int most) {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                if (size() > most) {
                    QuotedForms.of(eldest.getKey()).forEach(KnownSecrets.this::forget);
                    return true;
                }
                return false;
            }
        };
    }

    private void add(Map<String, Boolean> kind, String secret) {
        if (secret == null || secret.isEmpty()) {
            return;
        }
        for (String one : parts(secret)) {
            String known = one.length() > LONGEST_SECRET ? one.substring(0, LONGEST_SECRET) : one;
            if (known.length() < SHORTEST_SECRET) {
                continue;
            }
            synchronized (this) {
                if (kind.get(known) == null) {
                    QuotedForms.of(known).forEach(this::learn);
                    kind.put(known, Boolean.TRUE);
                }
            }
        }
    }

    /**
     * Of an http URL the values in its query, encoded as they are there and decoded, and its password: the rest of it is no secret. Else
     * the text itself.
     */
    private static List<String> parts(String secret) {
        if (!secret.regionMatches(true, 0, "http", 0, 4)) {
            return List.of(secret);
        }
        URI uri;
        try {
            uri = new URI(secret);
        } catch (URISyntaxException e) {
            return List.of(secret);
        }
        List<String> parts = new ArrayList<>();
        if (uri.getRawQuery() != null) {
            for (String parameter : uri.getRawQuery().split("&")) {
                String[] pair = parameter.split("=", 2);
                if (pair.length == 2 && !pair[0].equals("timestamp")) {
                    parts.add(pair[1]);
                    parts.add(decoded(pair[1]));
                }
            }
        }
        return parts.isEmpty() ? List.of(secret) : parts;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private void learn(String form) {
        if (uses.merge(form, 1, Integer::sum) > 1) {
            return;
        }
        if (form.length() < KEY) {
            shortOnes.compute(form.charAt(0), (key, forms) -> with(forms == null ? NONE : forms, form));
        } else {
            byKey.compute(form.substring(0, KEY), (key, forms) -> with(forms == null ? NONE : forms, form));
        }
    }

    private void forget(String form) {
        if (uses.merge(form, -1, Integer::sum) > 0) {
            return;
        }
        uses.remove(form);
        if (form.length() < KEY) {
            shortOnes.computeIfPresent(form.charAt(0), (key, forms) -> forms.length == 1 ? null : without(forms, form));
        } else {
            byKey.computeIfPresent(form.substring(0, KEY), (key, forms) -> forms.length == 1 ? null : without(forms, form));
        }
    }

    /** The longest first, so that no secret leaves the end of one that begins with it. */
    private static String[] with(String[] forms, String form) {
        String[] more = Arrays.copyOf(forms, forms.length + 1);
        more[forms.length] = form;
        Arrays.sort(more, Comparator.comparingInt(String::length).reversed());
        return more;
    }

    private static String[] without(String[] forms, String form) {
        return Arrays.stream(forms).filter(each -> !each.equals(form)).toArray(String[]::new);
    }

    String cleaned(String text) {
        if (text == null || text.isEmpty()) {
            return text;
        }
        boolean tooLong = text.length() > LONGEST_TEXT;
        String known = withoutKnown(tooLong ? text.substring(0, LONGEST_TEXT) : text);
        // the beginning of a secret that continued after the cut
        return named(tooLong ? known.substring(0, Math.max(0, known.length() - LONGEST_SECRET)) + "…" : known);
    }

    private String withoutKnown(String text) {
        // where secrets begin, and where the longest of them ends
        SortedMap<Integer, Integer> found = new TreeMap<>();
        for (DecodedText view : DecodedText.viewsOf(text)) {
            String decoded = view.text();
            for (int at = 0; at < decoded.length();) {
                int end = secretAt(decoded, at);
                if (end > at) {
                    found.merge(view.from(at), view.to(end - 1), Math::max);
                }
                at = Math.max(at + 1, end);
            }
        }
        if (found.isEmpty()) {
            return text;
        }
        StringBuilder cleaned = new StringBuilder(text.length());
        int copied = 0;
        for (Map.Entry<Integer, Integer> secret : found.entrySet()) {
            if (secret.getKey() >= copied) {
                cleaned.append(text, copied, secret.getKey()).append(HIDDEN);
            }
            copied = Math.max(copied, secret.getValue());
        }
        return cleaned.append(text, copied, text.length()).toString();
    }

    /** Where the secret ends that begins here; -1 for none. */
    private int secretAt(String text, int at) {
        if (at + KEY <= text.length()) {
            String[] forms = byKey.get(text.substring(at, at + KEY));
            if (forms != null) {
                for (String form : forms) {
                    if (text.startsWith(form, at)) {
                        return at + form.length();
                    }
                }
            }
        }
        for (String form : shortOnes.getOrDefault(text.charAt(at), NONE)) {
            if (text.startsWith(form, at) && !isPartOfWord(text, at - 1) && !isPartOfWord(text, at + form.length())) {
                return at + form.length();
            }
        }
        return -1;
    }

    private static boolean isPartOfWord(String text, int at) {
        return at >= 0 && at < text.length() && Character.isLetterOrDigit(text.charAt(at));
    }

    private static String named(String text) {
        String cleaned = IN_URL.matcher(text).replaceAll("$1***");
        cleaned = IN_JSON.matcher(cleaned).replaceAll("$1***");
        cleaned = IN_HEADER.matcher(cleaned).replaceAll("$1***");
        return ROBOT_SECRET.matcher(cleaned).replaceAll(HIDDEN);
    }
}
