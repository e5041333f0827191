package io.github.dingtalkcamel.doctor;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.ModelSettings;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.SettingsException;

/**
 * The command {@code doctor}: looks at everything that the program needs, one line each, and says what to do where it is wrong.
 * <p>
 * Promises: sends nothing to anyone, opens no Stream connection, and changes nothing but a temporary file that it deletes. Each step ends
 * within ten seconds.
 */
public final class Doctor {

    private static final Duration WAIT = Duration.ofSeconds(5);

    private final Machine machine;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(WAIT).build();

    public Doctor(Machine machine) {
        this.machine = machine;
    }

    /** What settings are read by. */
    @FunctionalInterface
    public interface Reader {
        Settings read() throws SettingsException;
    }

    /**
     * Prints what was found.
     *
     * @param  json whether as JSON
     * @return      the exit status: 1 where something is wrong
     */
    public int run(Reader settings, boolean json, PrintStream out) {
        List<Finding> findings = findings(settings);
        boolean ok = findings.stream().noneMatch(finding -> finding.result() == Finding.Result.WRONG);
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("ok", ok);
            all.put("results", findings.stream().map(Finding::shown).toList());
            out.println(Json.MAPPER.valueToTree(all).toPrettyString());
        } else {
            findings.stream().map(Finding::line).forEach(out::println);
            out.println(ok ? "Nothing is wrong." : "Mend what is wrong, then ask again.");
        }
        return ok ? 0 : 1;
    }

    List<Finding> findings(Reader reader) {
        Settings settings;
        try {
            settings = reader.read();
        } catch (SettingsException e) {
            return e.faults().stream().map(fault -> Finding.wrong("settings", fault.setting() + ": " + fault.problem(), fault.remedy()))
                    .toList();
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("settings", "All are understood"));
        findings.addAll(new MachineChecks(machine).of(settings));
        if (!settings.simulator()) {
            findings.addAll(new HostChecks(http, machine).of(settings));
        }
        AppChecks apps = new AppChecks(http);
        for (Integration integration : settings.integrations()) {
            findings.addAll(apps.of(settings, integration));
        }
        findings.add(settings.model().map(this::model).orElseGet(() -> Finding.off("model", "No language model is set")));
        findings.add(Finding.off("broker", "Brokers are in routes of yours: each has a health check once the program runs"));
        findings.add(settings.cluster() ? Finding.ok("cluster", "It shares its PostgreSQL store with other nodes")
                : Finding.off("cluster", "It has its store for itself"));
        return findings;
    }

    private Finding model(ModelSettings model) {
        String base = model.baseUrl().toString().replaceFirst("/+$", "");
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/models")).timeout(WAIT);
            if (model.apiKey().isSet()) {
                request.header("Authorization", "Bearer " + model.apiKey().reveal());
            }
            int status = http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
            if (status == 401 || status == 403) {
                return Finding.wrong("model", base + " refuses the key", "Set DINGTALK_LLM_API_KEY to a key of that service");
            }
            return status == 200 ? Finding.ok("model", base + " answers")
                    : Finding.unknown("model", base + "/models answers with status " + status, "Look whether the base URL needs /v1");
        } catch (IOException e) {
            return Finding.wrong("model", base + " does not answer: " + e.getClass().getSimpleName(), "Look at DINGTALK_LLM_BASE_URL");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.unknown("model", "Interrupted", null);
        }
    }
}
