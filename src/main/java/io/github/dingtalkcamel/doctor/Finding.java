package io.github.dingtalkcamel.doctor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.text.LogSafe;

/**
 * What one check found.
 *
 * @param check   what was looked at; of an integration with its id behind it
 * @param result  how it is
 * @param message what was found
 * @param remedy  what to do, or null
 */
public record Finding(String check, Result result, String message, String remedy) {

    /** Names of checks of an integration, which its id follows. */
    public static final String CREDENTIALS = "credentials";
    public static final String ROBOT_CODE = "robot code";
    public static final String PERMISSIONS = "permissions";
    public static final String CARDS = "cards";
    public static final String CALLBACK = "callback";

    private static final int LENGTH = 1000;

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
        // words of DingTalk's, or of whatever answers in its place, must not look like another line
        message = LogSafe.of(message, LENGTH);
        remedy = remedy == null ? null : LogSafe.of(remedy, LENGTH);
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

    /** DingTalk refused it, or could not be asked. */
    static Finding because(String check, DingTalkException failure) {
        return because(check, failure, failure.remedy());
    }

    /** The same with a remedy of the check's own. */
    static Finding because(String check, DingTalkException failure, String remedy) {
        return failure instanceof RejectedException ? wrong(check, failure.getMessage(), remedy)
                : unknown(check, failure.getMessage(), remedy);
    }

    /** A line for people. */
    public String line() {
        return String.format("%-8s%-22s%s", result.name().toLowerCase(Locale.ROOT), check, message + (remedy == null ? "" : ". " + remedy));
    }

    /** For programs. */
    public Map<String, Object> shown() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("check", check);
        shown.put("result", result.name().toLowerCase(Locale.ROOT));
        shown.put("message", message);
        shown.put("remedy", remedy);
        return shown;
    }
}
