package io.github.dingtalkcamel.admin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.dingtalkcamel.settings.Integration;

/**
 * What testing an integration has found so far. Immutable.
 *
 * @param integration which
 * @param findings    in the order of the checks
 */
public record Diagnosis(Integration integration, List<Finding> findings) {

    /** Exchange property that holds it. */
    public static final String PROPERTY = "CamelDingTalkDiagnosis";

    static final String CALLBACK_URL = "callbackUrl";

    public Diagnosis {
        findings = List.copyOf(findings);
    }

    /** How a check went. */
    public enum Result {
        /** It works. */
        OK,
        /** It does not, and the remedy says what to do. */
        FAILED,
        /** That could not be found out. */
        UNKNOWN,
        /** Not used. */
        OFF
    }

    /** One check: {@code credentials}, {@code permissions}, {@code cards} or {@code callbackUrl}. */
    public record Finding(String check, Result result, String message, String remedy) {
    }

    Diagnosis with(String check, Result result, String message, String remedy) {
        List<Finding> more = new ArrayList<>(findings);
        more.add(new Finding(check, result, message, remedy));
        return new Diagnosis(integration, more);
    }

    /** True once the credentials were found to work. */
    public boolean isAuthorised() {
        return findings.stream().anyMatch(finding -> finding.check().equals("credentials") && finding.result() == Result.OK);
    }

    Map<String, Object> shown() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("integrationId", integration.id());
        // a check that DingTalk did not answer is no success, except the callback URL, which can't be checked from here
        shown.put("ok", findings.stream().noneMatch(finding -> finding.result() == Result.FAILED
                || finding.result() == Result.UNKNOWN && !finding.check().equals(CALLBACK_URL)));
        shown.put("results", findings.stream().map(Diagnosis::shown).toList());
        return shown;
    }

    private static Map<String, Object> shown(Finding finding) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("check", finding.check());
        shown.put("result", finding.result().name().toLowerCase(Locale.ROOT));
        shown.put("message", finding.message());
        shown.put("remedy", finding.remedy());
        return shown;
    }
}
