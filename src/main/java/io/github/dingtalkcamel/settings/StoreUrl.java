package io.github.dingtalkcamel.settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JDBC URL of the store (docs/settings.md: store-url). It may carry a password, so its visible form leaves out what may be one. */
public final class StoreUrl {

    static final String SQLITE = "jdbc:sqlite:";
    static final String POSTGRESQL = "jdbc:postgresql:";

    private static final Pattern USER_PASSWORD = Pattern.compile("//[^/?@:]*:(.*)@");
    private static final Pattern PASSWORD_PARAMETER = Pattern.compile("(?i)[?&][a-z]*password[a-z]*=([^&]*)");

    private final String url;

    private StoreUrl(String url) {
        this.url = url;
    }

    public static StoreUrl of(String url) {
        return new StoreUrl(url);
    }

    /** The store that is used where none is set: {@code dingtalk.db} in the data directory. */
    static StoreUrl fileIn(Path dataDir) {
        return new StoreUrl(SQLITE + dataDir.resolve("dingtalk.db"));
    }

    /** The URL for the driver, with everything in it. Not for logs. */
    public String reveal() {
        return url;
    }

    /** What in it may be a password: user and password before an {@code @}, and the values of its parameters. */
    List<String> passwords() {
        if (isSqlite()) {
            return List.of();
        }
        List<String> passwords = new ArrayList<>();
        Matcher user = USER_PASSWORD.matcher(url);
        if (user.find()) {
            passwords.add(user.group(1));
        }
        Matcher parameter = PASSWORD_PARAMETER.matcher(url);
        while (parameter.find()) {
            passwords.add(parameter.group(1));
        }
        return passwords;
    }

    /** Whether the store is an SQLite file; PostgreSQL otherwise. */
    public boolean isSqlite() {
        return url.startsWith(SQLITE);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoreUrl that && url.equals(that.url);
    }

    @Override
    public int hashCode() {
        return Objects.hash(url);
    }

    /** The URL without its parameters and without user and password before an {@code @}. */
    @Override
    public String toString() {
        String[] parts = url.split("\\?", 2);
        String place = parts[0];
        String parameters = parts.length == 1 ? "" : "?***";
        if (isSqlite()) {
            return place + parameters;
        }
        // an @ behind the ? may be a password's own or that of user:pa?ss@host: there is no telling, so nothing is shown
        if (parts.length > 1 && parts[1].contains("@")) {
            return POSTGRESQL + "***";
        }
        int at = place.lastIndexOf('@');
        return (at < 0 ? place : POSTGRESQL + "//***" + place.substring(at)) + parameters;
    }
}
