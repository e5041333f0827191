package io.github.dingtalkcamel.server;

import java.time.Clock;

import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.spi.Registry;

/**
 * The beans of this package: what the guards of the HTTP servers share.
 *
 * @param failedLogins addresses with wrong tokens, passwords or signatures
 * @param heldBodies   bodies that are in memory
 * @param budgets      bounds for them
 * @param apiAccess    checks the token of tools and admin
 */
public record ServerConfiguration(FailedLogins failedLogins, HeldBodies heldBodies, HttpBudgets budgets, ApiAccess apiAccess) {

    /** Creates them, and binds what routes name. */
    public static ServerConfiguration bind(Registry registry, Settings settings, Clock clock) {
        FailedLogins failedLogins = new FailedLogins(clock);
        ApiAccess apiAccess = new ApiAccess(settings, failedLogins);
        registry.bind("apiAccess", apiAccess);
        registry.bind("refusals", new Refusals());
        return new ServerConfiguration(failedLogins, new HeldBodies(), HttpBudgets.ofHeap(), apiAccess);
    }
}
