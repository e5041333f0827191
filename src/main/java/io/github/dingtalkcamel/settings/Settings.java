package io.github.dingtalkcamel.settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * Everything an operator set, checked, with defaults filled in (docs/promises.md 3; each is described in {@link SettingCatalogue}).
 *
 * @param apiBaseUrl         absolute, without a slash at its end
 * @param oapiBaseUrl        likewise
 * @param webhookPort        0 for a free one
 * @param managementPort     0 for a free one
 * @param managementUser     present exactly where the password is set, and always where the host is not loopback
 * @param hostNames          in lower case, without ports; management and the simulator answer to them besides their own
 * @param publicUrl          absolute, without a slash at its end
 * @param cluster            whether other processes share the store; only with PostgreSQL
 * @param dataDir            as it was set: a relative one is relative to the working directory
 * @param routesDir          likewise
 * @param files              likewise
 * @param queueCapacity      turns
 * @param maxTurnAge         more than zero
 * @param simulator          whether the built-in simulator is to run; the base URLs are not yet those of it, see {@link #withBaseUrls}
 * @param simulatorPort      0 for a free one
 * @param model              the language model of the agent {@code assistant}; empty where none is set
 * @param integrations       at least one; {@code main} first where it exists, then by id
 */
public record Settings(
        URI apiBaseUrl,
        URI oapiBaseUrl,
        String webhookHost,
        int webhookPort,
        String managementHost,
        int managementPort,
        Optional<String> managementUser,
        Secret managementPassword,
        Set<String> hostNames,
        Optional<URI> publicUrl,
        Secret apiToken,
        Path dataDir,
        StoreUrl storeUrl,
        Optional<String> storeUser,
        Secret storePassword,
        boolean cluster,
        Path routesDir,
        FilesAccess files,
        int queueCapacity,
        int conversationCapacity,
        int maxRunningTurns,
        Duration maxTurnAge,
        Retention keeping,
        OutboxSettings outbox,
        Duration shutdownTimeout,
        boolean simulator,
        String simulatorHost,
        int simulatorPort,
        Optional<ModelSettings> model,
        List<Integration> integrations) {

    public Settings {
        integrations = List.copyOf(integrations);
    }

    /** The integration of this id. */
    public Optional<Integration> integration(String id) {
        return integrations.stream().filter(integration -> integration.id().equals(id)).findFirst();
    }

    /** The same settings with the ports that the servers are to take: none of them 0. */
    public Settings withPorts(int webhook, int management) {
        return new Settings(apiBaseUrl, oapiBaseUrl, webhookHost, webhook, managementHost, management, managementUser, managementPassword,
                hostNames, publicUrl, apiToken, dataDir, storeUrl, storeUser, storePassword, cluster, routesDir, files, queueCapacity,
                conversationCapacity, maxRunningTurns, maxTurnAge, keeping, outbox, shutdownTimeout, simulator, simulatorHost,
                simulatorPort, model, integrations);
    }

    /** The same settings with other addresses of DingTalk: those of the simulator, once it listens. */
    public Settings withBaseUrls(URI api, URI oapi) {
        return new Settings(api, oapi, webhookHost, webhookPort, managementHost, managementPort, managementUser, managementPassword,
                hostNames, publicUrl, apiToken, dataDir, storeUrl, storeUser, storePassword, cluster, routesDir, files, queueCapacity,
                conversationCapacity, maxRunningTurns, maxTurnAge, keeping, outbox, shutdownTimeout,
                simulator, simulatorHost, simulatorPort, model, integrations);
    }
}
