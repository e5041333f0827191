package io.github.dingtalkcamel.component.secrets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;

/**
 * A text that must not be seen: app secret, token, key, password, webhook URL. It has no form for logs but {@code ***}; who needs the text
 * says so with {@link #reveal()}. It does not wipe memory.
 */
public final class Secret {

    /** A secret that was not set. */
    public static final Secret UNSET = new Secret("");

    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    /** The secret of this text; an empty text is the same as {@link #UNSET}. */
    public static Secret of(String text) {
        Objects.requireNonNull(text);
        return text.isEmpty() ? UNSET : new Secret(text);
    }

    /** The text itself, empty where it is not set. Not for logs, messages or exceptions. */
    public String reveal() {
        return text;
    }

    /** Whether there is a text at all. */
    public boolean isSet() {
        return !text.isEmpty();
    }

    /**
     * Whether this text is the secret. The time it takes does not depend on where the texts differ. A secret that is not
     * set matches nothing, and null matches nothing.
     */
    public boolean matches(String offered) {
        return isSet() && offered != null && sameText(offered, text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && sameText(secret.text, text);
    }

    private static boolean sameText(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
