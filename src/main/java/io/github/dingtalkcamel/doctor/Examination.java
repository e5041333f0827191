package io.github.dingtalkcamel.doctor;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.api.HttpConnections;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;

/**
 * All checks, in their order: what the command {@code doctor} prints and what the test of an integration answers, so that both say the
 * same.
 * <p>
 * Promises: sends nothing to anyone, opens no Stream connection, and changes nothing but a temporary file that it deletes. Each step ends
 * within ten seconds, name lookups of the machine apart. Blocks meanwhile.
 */
public final class Examination {

    private static final Duration WAIT = Duration.ofSeconds(5);

    private final Machine machine;
    private final Map<String, String> properties;
    private final boolean running;
    private final HttpClient http = HttpConnections.client(WAIT, null);

    /**
     * @param properties all that the user set, of which those with addresses of brokers are looked at
     * @param running    whether the program runs in this process: then its simulator, if it has one, is asked like DingTalk
     */
    public Examination(Machine machine, Map<String, String> properties, boolean running) {
        this.machine = machine;
        this.properties = Map.copyOf(properties);
        this.running = running;
    }

    /** What is found with these settings, of these integrations of theirs. */
    public List<Finding> of(Settings settings, List<Integration> integrations) {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("settings", "All are understood"));
        findings.addAll(new MachineChecks(machine).of(settings));
        if (!settings.simulator()) {
            findings.addAll(new HostChecks(http, machine).of(settings));
        }
        AppChecks apps = new AppChecks(http, running);
        for (Integration integration : integrations) {
            findings.addAll(apps.of(settings, integration));
        }
        findings.add(new ModelCheck(http).of(settings));
        findings.addAll(new BrokerChecks(properties).all());
        findings.add(settings.cluster() ? Finding.ok("cluster", "It shares its PostgreSQL store with other nodes")
                : Finding.off("cluster", "It has its store for itself"));
        return findings;
    }
}
