package io.github.dingtalkcamel.settings;

import static io.github.dingtalkcamel.settings.SettingCatalogue.*;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * Tokens and passwords that could be guessed by a client that reaches the port they protect. On a port that only this machine reaches, any
 * is accepted. A wildcard host counts as
 * reachable, so the API token does by default: {@code dingtalk.webhook-host} is 0.0.0.0.
 */
public final class WeakSecrets {

    /** With fewer characters a setting is wrong. */
    static final int LEAST = 8;
    /** With fewer characters there is a warning. */
    static final int WANTED = 16;

    private WeakSecrets() {
    }

    static void check(Values process, Consumer<SettingError> faults) {
        check(process, API_TOKEN, WEBHOOK_HOST, faults);
        check(process, MANAGEMENT_PASSWORD, MANAGEMENT_HOST, faults);
    }

    private static void check(Values process, Setting<Secret> secret, Setting<String> host, Consumer<SettingError> faults) {
        Optional<Secret> value = process.maybe(secret);
        boolean reachable = process.maybe(host).map(name -> !ValueTypes.isLoopback(name)).orElse(true);
        if (reachable && value.isPresent() && length(value.get()) < LEAST) {
            faults.accept(new SettingError(process.name(secret),
                    "has fewer than " + LEAST + " characters, and other machines reach " + host + ": it can be guessed",
                    "use " + WANTED + " random characters or more, such as openssl rand -hex 16 prints, or set " + host + "=127.0.0.1"));
        }
    }

    /** A line for each secret that is taken, but short. */
    public static List<String> warnings(Settings settings) {
        List<String> lines = new ArrayList<>();
        warn(settings.apiToken(), API_TOKEN, settings.webhookHost(), WEBHOOK_HOST, lines);
        warn(settings.managementPassword(), MANAGEMENT_PASSWORD, settings.managementHost(), MANAGEMENT_HOST, lines);
        return lines;
    }

    private static void warn(Secret secret, Setting<Secret> setting, String host, Setting<String> hostSetting, List<String> lines) {
        if (secret.isSet() && length(secret) < WANTED && !ValueTypes.isLoopback(host)) {
            lines.add(setting + " has fewer than " + WANTED + " characters, and other machines reach " + hostSetting
                    + ". Use a longer random one, such as"
                    + " openssl rand -hex 16 prints");
        }
    }

    private static int length(Secret secret) {
        return secret.reveal().codePointCount(0, secret.reveal().length());
    }
}
