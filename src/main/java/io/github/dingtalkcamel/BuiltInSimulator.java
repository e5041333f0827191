package io.github.dingtalkcamel;

import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.StartException;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;

/** Starts the built-in simulator of DingTalk with the apps and custom robots that the settings name. */
final class BuiltInSimulator {

    private BuiltInSimulator() {
    }

    static Simulator start(Settings settings) {
        try {
            Simulator simulator = Simulator.start(SimulatorOptions.defaults().host(settings.simulatorHost()).port(settings.simulatorPort())
                    .hostNames(settings.hostNames()));
            for (Integration integration : settings.integrations()) {
                if (integration.hasApp()) {
                    SimulatedApp app = SimulatedApp.of(integration.appKey().orElseThrow(), integration.appSecret().reveal())
                            .withRobotCode(integration.robotCode().orElseThrow()).withIntegration(integration.id());
                    simulator.addApp(integration.callbackToken().isSet()
                            ? app.withEncryption(integration.callbackToken().reveal(), integration.callbackAesKey().reveal())
                                    .withOwnerKey(integration.callbackOwnerKey().orElseThrow())
                            : app);
                }
                if (integration.hasWebhook()) {
                    simulator.addCustomRobot(integration.webhook().reveal(), integration.webhookSecret().reveal());
                }
            }
            return simulator;
        } catch (RuntimeException e) {
            throw new StartException("The simulator can't start: " + e.getMessage()
                    + ". Choose another port with dingtalk.simulator-port (DINGTALK_SIMULATOR_PORT), or set an app's credentials", e);
        }
    }
}
