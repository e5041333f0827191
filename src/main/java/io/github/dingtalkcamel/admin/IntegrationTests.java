package io.github.dingtalkcamel.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.doctor.Examination;
import io.github.dingtalkcamel.doctor.Finding;
import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The steps of {@code POST /api/dingtalk/integrations/{id}/test}: the same checks as those of the command {@code doctor}.
 * <p>
 * {@code checks} and {@code lines} are what {@code doctor} prints; {@code results} are the integration's credentials, permission to send,
 * cards where they are used, and callback URL, from the same findings.
 */
public final class IntegrationTests {

    /** Each waits for hosts that may not answer. */
    static final int MOST_AT_ONCE = 4;

    private static final String INTEGRATION = "CamelDingTalkTestedIntegration";
    private static final String CALLBACK_URL = "callbackUrl";

    private final Settings settings;
    private final Examination examination;
    private final AtomicInteger running = new AtomicInteger();

    public IntegrationTests(Settings settings, Examination examination) {
        this.settings = settings;
        this.examination = examination;
    }

    /** Finds the integration that the path names, and refuses what is more than {@value #MOST_AT_ONCE} tests at the same time. */
    public void begin(Exchange exchange, @ExchangeProperty(ApiCall.PROPERTY) ApiCall call) throws ApiException {
        Integration integration = settings.integration(call.part(1)).orElseThrow(() -> ApiException.notFound("unknown_integration",
                "There is no such integration: GET /api/dingtalk/integrations lists those there are"));
        if (running.incrementAndGet() > MOST_AT_ONCE) {
            running.decrementAndGet();
            throw ApiException.busy("busy", "Other tests of integrations run: ask again when they have ended");
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                running.decrementAndGet();
            }
        });
        exchange.setProperty(INTEGRATION, integration);
    }

    /** All that was found. Blocks meanwhile, up to some tens of seconds where hosts do not answer. */
    public Map<String, Object> report(@ExchangeProperty(INTEGRATION) Integration integration) {
        List<Finding> findings = examination.of(settings, List.of(integration));
        List<Map<String, Object>> results = results(findings, integration);
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("integrationId", integration.id());
        // a check that DingTalk did not answer is no success, except the callback URL, which can't be checked from here
        report.put("ok", results.stream().noneMatch(result -> result.get("result").equals("failed")
                || result.get("result").equals("unknown") && !result.get("check").equals(CALLBACK_URL)));
        report.put("results", results);
        report.put("checks", findings.stream().map(Finding::shown).toList());
        report.put("lines", findings.stream().map(Finding::line).toList());
        return report;
    }

    private static List<Map<String, Object>> results(List<Finding> findings, Integration integration) {
        List<Map<String, Object>> results = new ArrayList<>();
        add(results, Finding.CREDENTIALS, first(findings, Finding.CREDENTIALS, integration));
        Finding robot = first(findings, Finding.ROBOT_CODE, integration);
        boolean isRobotWrong = robot != null && robot.result() == Finding.Result.WRONG;
        add(results, Finding.PERMISSIONS, isRobotWrong ? robot : first(findings, Finding.PERMISSIONS, integration));
        if (integration.streaming().usesCards()) {
            add(results, Finding.CARDS, first(findings, Finding.CARDS, integration));
        }
        add(results, CALLBACK_URL, first(findings, Finding.CALLBACK, integration));
        return results;
    }

    /** Null where it was not looked at. */
    private static Finding first(List<Finding> findings, String check, Integration integration) {
        return findings.stream().filter(finding -> finding.check().equals(check + " " + integration.id())).findFirst().orElse(null);
    }

    private static void add(List<Map<String, Object>> results, String check, Finding finding) {
        if (finding != null) {
            Map<String, Object> shown = new LinkedHashMap<>(finding.shown());
            shown.put("check", check);
            if (finding.result() == Finding.Result.WRONG) {
                shown.put("result", "failed");
            }
            results.add(shown);
        }
    }
}
