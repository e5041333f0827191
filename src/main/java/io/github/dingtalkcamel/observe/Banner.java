package io.github.dingtalkcamel.observe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.cluster.Cluster;
import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.inbound.Webhook;
import io.github.dingtalkcamel.reload.LiveRoutes;
import io.github.dingtalkcamel.server.Addresses;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.ModelSettings;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.WeakSecrets;
import io.github.dingtalkcamel.store.Store;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator wants to know after the start, in a few lines: who is connected how, what answers, what is missing. */
public final class Banner {

    private static final Logger LOG = LoggerFactory.getLogger("dingtalk-camel");

    private static final int SHOWN_FILES = 20;

    private final Settings settings;
    private final Store store;
    private final Cluster cluster;
    private final Agents agents;
    private final Webhook webhook;
    private final String simulator;
    private final LiveRoutes routes;

    /**
     * @param cluster   null where this process has the store for itself
     * @param simulator the simulator's URL, or null
     */
    public Banner(Settings settings, Store store, Cluster cluster, Agents agents, Webhook webhook, String simulator, LiveRoutes routes) {
        this.settings = settings;
        this.store = store;
        this.cluster = cluster;
        this.agents = agents;
        this.webhook = webhook;
        this.simulator = simulator;
        this.routes = routes;
    }

    /** Logs it. */
    public void print() {
        lines().forEach(LOG::info);
        missing().forEach(LOG::warn);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        settings.integrations().forEach(integration -> lines.add("Integration " + integration.id() + ": " + waysIn(integration)));
        lines.add("Routes: " + routes.packagedRoutes().size() + " packaged" + own());
        lines.add("Agents: " + (agents.names().isEmpty() ? "none" : String.join(", ", agents.names())));
        settings.model().ifPresent(model -> lines.add("Model: " + model.model() + " at " + model.baseUrl() + " answers as agent "
                + ModelSettings.AGENT));
        settings.integrations().stream().filter(Integration::hasApp)
                .forEach(integration -> lines.add("Messages of " + integration.id() + " go to "
                + answers(integration) + ", unless their conversation is bound to another agent"));
        lines.add("Store: " + store.description());
        if (cluster != null) {
            lines.add("Node " + cluster.membership().name() + ": shares the store with other nodes");
        }
        lines.add("Health and metrics: " + Addresses.management(settings) + "/observe/health, /observe/metrics");
        lines.add("See the routes run: " + Addresses.management(settings) + "/hawtio");
        if (simulator != null) {
            lines.add("No DingTalk: the built-in simulator is used instead, at " + simulator);
            lines.add("Chat with the robot in your browser: " + simulator + "/");
            lines.add("Say something to the robot:  curl -s " + simulator + "/simulator/say -d 'hello'");
        }
        return lines;
    }

    private String own() {
        Map<String, List<String>> own = routes.ownRoutes();
        String files = own.entrySet().stream().limit(SHOWN_FILES)
                .map(file -> file.getKey() + " (" + String.join(", ", file.getValue()) + ")")
                .collect(Collectors.joining(", "));
        return own.isEmpty() ? "" : "; yours: " + files
                + (own.size() > SHOWN_FILES ? " and " + (own.size() - SHOWN_FILES) + " more files" : "");
    }

    private String waysIn(Integration integration) {
        if (!integration.hasApp()) {
            return "sends to its group webhook only";
        }
        List<String> ways = new ArrayList<>();
        if (integration.stream()) {
            ways.add("Stream (" + integration.streamConnections()
                    + (integration.streamConnections() == 1 ? " connection)" : " connections)"));
        }
        if (webhook.isOn(integration.id())) {
            ways.add("webhook at " + Addresses.callback(settings, integration.id())
                    + (integration.callbackToken().isSet() ? " (plain and encrypted)"
                            : " (plain; encrypted callbacks need dingtalk.callback-token and -aes-key)"));
        }
        return ways.isEmpty() ? "no way in: dingtalk.stream and dingtalk.callback are off" : String.join("; ", ways);
    }

    private String answers(Integration integration) {
        String triggered = agents.triggered(integration.id());
        if (triggered != null) {
            return "agent " + triggered + " (trigger)";
        }
        return integration.fallbackAgent().map(agent -> "agent " + agent + " (fallback)").orElse("none");
    }

    private List<String> missing() {
        List<String> missing = new ArrayList<>(WeakSecrets.warnings(settings));
        for (Integration integration : settings.integrations()) {
            integration.fallbackAgent().filter(agent -> integration.hasApp() && !agents.isRunning(agent)).ifPresent(agent -> missing.add(
                    "Fallback agent " + agent + " of integration " + integration.id()
                            + " is not running: add a route that consumes from agent:" + agent));
        }
        return missing;
    }
}
