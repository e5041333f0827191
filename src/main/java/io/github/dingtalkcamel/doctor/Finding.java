package io.github.dingtalkcamel.doctor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;

/**
 * What one check found.
 *
 * @param check   what was looked at; of an integration with its id behind it
 * @param result  how it is
 * @param message what was found
 * @param remedy  what to do, or null
 */
public record Finding(String check, Result result, String message, String remedy) {

    /** How a check went. */
    public enum Result {
        /** It works. */
        OK,
        /** It does not, and the remedy says what to do. */
        WRONG,
        /** That could not be found out. */
        UNKNOWN,
        /** Not used. */
        OFF
    }

    public Finding {
        message = KnownSecrets.clean(message);
        remedy = KnownSecrets.clean(remedy);
    }

    static Finding ok(String check, String message) {
        return new Finding(check, Result.OK, message, null);
    }

    static Finding off(String check, String message) {
        return new Finding(check, Result.OFF, message, null);
    }

    static Finding wrong(String check, String message, String remedy) {
        return new Finding(check, Result.WRONG, message, remedy);
    }

    static Finding unknown(String check, String message, String remedy) {
        return new Finding(check, Result.UNKNOWN, message, remedy);
    }

    /** A line for people. */
    public String line() {
        return String.format("%-8s%-22s%s", result.name().toLowerCase(Locale.ROOT), check, message + (remedy == null ? "" : ". " + remedy));
    }

    Map<String, Object> shown() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("check", check);
        shown.put("result", result.name().toLowerCase(Locale.ROOT));
        shown.put("message", message);
        shown.put("remedy", remedy);
        return shown;
    }
}
