package io.github.dingtalkcamel.settings;

import static io.github.dingtalkcamel.settings.SettingCatalogue.*;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * Reads and checks the settings (docs/promises.md 3), and reports everything that is wrong with them at once (docs/promises.md 2).
 *
 * <ul>
 * <li>The environment wins over {@code -D}, that over the file, that over the defaults. A blank value counts as not set.</li>
 * <li>{@code dingtalk.app-key} and {@code dingtalk.client-id}, or {@code dingtalk.x} and {@code dingtalk.integrations.main.x}, are two
 * names for one setting. Within one source they must agree; across sources the winning source decides.</li>
 * <li>White space around a value is ignored, but around a key, token or password it is a fault.</li>
 * <li>The integration {@code main} exists where it has an app key or a webhook, or where the simulator runs: that invents its credentials.
 * Settings for a {@code main} that does not exist are a fault, because they were probably meant for all integrations.</li>
 * <li>Values are not tried out: nothing is looked up, opened or connected to.</li>
 * </ul>
 */
public final class SettingsReader {

    private static final int JAVA_WITH_VIRTUAL_THREADS = 21;

    private final Map<String, String> environment;
    private final Map<String, String> systemProperties;
    private final Map<String, String> fileProperties;
    private final UnaryOperator<String> placeholders;
    private final int javaFeatureVersion;

    /**
     * @param environment        as {@link System#getenv()}; what does not begin with {@code DINGTALK_} is ignored
     * @param systemProperties   {@code -D}; what does not begin with {@code dingtalk.} is ignored, except {@code DINGTALK_*}, which is a
     *                           slip
     * @param fileProperties     likewise
     * @param placeholders       resolves a text that holds <code>{{</code>; may throw, and its message is not shown
     * @param javaFeatureVersion such as 17; decides the default of max-running-turns
     */
    public SettingsReader(Map<String, String> environment, Map<String, String> systemProperties, Map<String, String> fileProperties,
            UnaryOperator<String> placeholders, int javaFeatureVersion) {
        this.environment = Map.copyOf(environment);
        this.systemProperties = Map.copyOf(systemProperties);
        this.fileProperties = Map.copyOf(fileProperties);
        this.placeholders = placeholders;
        this.javaFeatureVersion = javaFeatureVersion;
    }

    /**
     * The settings, complete and checked.
     *
     * @throws SettingsException where anything is wrong, with all of it
     */
    public Settings read() throws SettingsException {
        List<SettingError> faults = new ArrayList<>();
        UnknownNames names = new UnknownNames();
        names.readEnvironment(environment);
        names.readProperties(systemProperties);
        names.readProperties(fileProperties);
        faults.addAll(names.faults());

        Sources sources = new Sources(environment, systemProperties, fileProperties, placeholders);
        Map<String, Values> integrations = new LinkedHashMap<>();
        Stream.concat(Stream.of(MAIN), names.integrations().stream())
                .forEach(id -> integrations.put(id, Values.ofIntegration(id, sources, faults::add)));
        // a placeholder may resolve to nothing
        integrations.entrySet().removeIf(entry -> !entry.getKey().equals(MAIN) && entry.getValue().given().isEmpty());
        Values process = Values.ofProcess(sources, faults::add);

        boolean simulator = process.given(SIMULATOR) ? process.maybe(SIMULATOR).orElse(true)
                : integrations.values().stream().noneMatch(values -> values.given(APP_KEY) || values.given(WEBHOOK));
        integrations.forEach((id, values) -> checkIntegration(id, values, simulator && id.equals(MAIN), faults));
        checkMain(integrations, simulator, faults);
        // the log read it before, see LogFormat; a wrong word is reported here
        process.maybe(LOG_FORMAT);
        checkManagement(process, faults);
        checkModel(process, faults);
        checkCluster(process, faults);
        WeakSecrets.check(process, faults::add);
        checkPorts(process, simulator, faults);
        if (!faults.isEmpty()) {
            throw new SettingsException(faults);
        }
        String fallback = process.given(LLM_MODEL) ? ModelSettings.AGENT : "echo";
        return settings(process, simulator, integrations.entrySet().stream()
                .filter(entry -> !isAbsent(entry.getValue()) || simulator && entry.getKey().equals(MAIN))
                .map(entry -> integration(entry.getKey(), entry.getValue(), simulator && entry.getKey().equals(MAIN), fallback))
                .toList());
    }

    /**
     * The directory of routes alone, without checking other settings: for commands that start nothing.
     *
     * @throws SettingsException where that one is wrong
     */
    public Path routesDir() throws SettingsException {
        List<SettingError> faults = new ArrayList<>();
        Sources sources = new Sources(environment, systemProperties, fileProperties, placeholders);
        Values process = Values.ofProcess(sources, faults::add);
        return process.maybe(ROUTES_DIR).orElseThrow(() -> new SettingsException(
                faults.stream().filter(fault -> fault.setting().equals(process.name(ROUTES_DIR))).toList()));
    }

    private static boolean isAbsent(Values integration) {
        return !integration.given(APP_KEY) && !integration.given(APP_SECRET) && !integration.given(WEBHOOK);
    }

    private static void checkIntegration(String id, Values values, boolean simulated, List<SettingError> faults) {
        checkPair(values, APP_KEY, APP_SECRET, faults);
        checkPair(values, CALLBACK_TOKEN, CALLBACK_AES_KEY, faults);
        if (values.given(WEBHOOK_SECRET) && !values.given(WEBHOOK)) {
            faults.add(new SettingError(values.name(WEBHOOK), "is not set, although " + values.name(WEBHOOK_SECRET) + " is",
                    "set both or neither"));
        }
        if (isAbsent(values) && !id.equals(MAIN)) {
            faults.add(new SettingError(values.name(APP_KEY), "the integration " + id + " has neither an app nor a webhook",
                    "set its app-key and app-secret, or its webhook, or remove its other settings"));
        }
        if (values.maybe(STREAMING).filter(Streaming.Mode.CARD::equals).isPresent() && !values.given(STREAMING_CARD_TEMPLATE_ID)) {
            faults.add(new SettingError(values.name(STREAMING), "is card, but " + values.name(STREAMING_CARD_TEMPLATE_ID) + " is not set",
                    "make an AI card template in DingTalk's console and set its id, or set " + values.name(STREAMING) + "=off"));
        }
        boolean onlyWebhook = values.given(WEBHOOK) && !values.given(APP_KEY) && !values.given(APP_SECRET) && !simulated;
        if (onlyWebhook) {
            Stream.of(ROBOT_CODE, CALLBACK_TOKEN, CALLBACK_AES_KEY, CALLBACK_OWNER_KEY, STREAMING, STREAMING_CARD_TEMPLATE_ID)
                    .filter(values::given)
                    .forEach(setting -> faults.add(new SettingError(values.name(setting),
                            "belongs to an app, but the integration " + id + " has only a webhook",
                            "set its app-key and app-secret, or remove this setting")));
        }
    }

    private static void checkPair(Values values, Setting<?> one, Setting<?> other, List<SettingError> faults) {
        if (values.given(one) != values.given(other)) {
            Setting<?> missing = values.given(one) ? other : one;
            Setting<?> there = values.given(one) ? one : other;
            faults.add(new SettingError(values.name(missing), "is not set, although " + values.name(there) + " is", "set both or neither"));
        }
    }

    private static void checkMain(Map<String, Values> integrations, boolean simulator, List<SettingError> faults) {
        Values main = integrations.get(MAIN);
        if (simulator || !isAbsent(main)) {
            return;
        }
        if (integrations.size() == 1) {
            faults.add(new SettingError(main.name(APP_KEY), "there is no integration, and the simulator is off",
                    "set " + APP_KEY + " and " + APP_SECRET + ", or " + WEBHOOK + ", or " + SIMULATOR + "=true"));
            return;
        }
        main.given().forEach(setting ->
                faults.add(new SettingError(main.name(setting), "is for the integration main, which has neither an app nor a webhook",
                "write " + Setting.PROPERTY_PREFIX + Setting.INTEGRATIONS + "<id>." + setting.name()
                + " for each integration it is meant for")));
    }

    /** A model is its server and its name; key and prompt belong to it. */
    private static void checkModel(Values process, List<SettingError> faults) {
        checkPair(process, LLM_BASE_URL, LLM_MODEL, faults);
        if (!process.given(LLM_BASE_URL) && !process.given(LLM_MODEL)) {
            Stream.of(LLM_API_KEY, LLM_PROMPT).filter(process::given).forEach(setting -> faults.add(new SettingError(process.name(setting),
                    "belongs to a language model, but none is set", "set " + LLM_BASE_URL + " and " + LLM_MODEL
                    + " as well, or remove this setting")));
        }
    }

    private static void checkManagement(Values process, List<SettingError> faults) {
        checkPair(process, MANAGEMENT_USER, MANAGEMENT_PASSWORD, faults);
        boolean closed = process.maybe(MANAGEMENT_HOST).map(ValueTypes::isLoopback).orElse(true);
        if (!closed && !process.given(MANAGEMENT_USER) && !process.given(MANAGEMENT_PASSWORD)) {
            faults.add(new SettingError(process.name(MANAGEMENT_HOST), "lets other machines in without a password",
                    "set " + MANAGEMENT_USER + " and " + MANAGEMENT_PASSWORD + ", or use 127.0.0.1"));
        }
    }

    /** Nodes that each have a file of their own would each answer every message. */
    private static void checkCluster(Values process, List<SettingError> faults) {
        if (process.maybe(CLUSTER).orElse(false) && process.maybe(STORE_URL).map(StoreUrl::isSqlite).orElse(!process.given(STORE_URL))) {
            faults.add(new SettingError(process.name(CLUSTER), "is true, but the store is an SQLite file, which only one process can use",
                    "set " + STORE_URL + " to a PostgreSQL database (jdbc:postgresql://host/database), or set " + CLUSTER + "=false"));
        }
    }

    /** Two servers on one port: the second would fail to start, or shadow the first. */
    private static void checkPorts(Values process, boolean simulator, List<SettingError> faults) {
        record Server(Setting<String> host, Setting<Integer> port) {
        }
        List<Server> servers =
                new ArrayList<>(List.of(new Server(WEBHOOK_HOST, WEBHOOK_PORT), new Server(MANAGEMENT_HOST, MANAGEMENT_PORT)));
        if (simulator) {
            servers.add(new Server(SIMULATOR_HOST, SIMULATOR_PORT));
        }
        for (int second = 1; second < servers.size(); second++) {
            for (int first = 0; first < second; first++) {
                Server one = servers.get(first);
                Server other = servers.get(second);
                Optional<Integer> port = process.maybe(one.port());
                Optional<String> oneHost = process.maybe(one.host());
                Optional<String> otherHost = process.maybe(other.host());
                if (port.isPresent() && port.get() != 0 && port.equals(process.maybe(other.port())) && oneHost.isPresent()
                        && otherHost.isPresent()
                        && (oneHost.equals(otherHost) || ValueTypes.isWildcard(oneHost.get()) || ValueTypes.isWildcard(otherHost.get()))) {
                    faults.add(new SettingError(process.name(other.port()), "is the same port as " + process.name(one.port()),
                            "choose another for one of them"));
                }
            }
        }
    }

    private Settings settings(Values values, boolean simulator, List<Integration> integrations) {
        Settings settings = new Settings(
                values.of(API_BASE_URL),
                values.of(OAPI_BASE_URL),
                values.of(WEBHOOK_HOST),
                values.of(WEBHOOK_PORT),
                values.of(MANAGEMENT_HOST),
                values.of(MANAGEMENT_PORT),
                values.maybe(MANAGEMENT_USER),
                values.secret(MANAGEMENT_PASSWORD),
                values.maybe(HOST_NAMES).orElse(Set.of()),
                values.maybe(PUBLIC_URL),
                values.secret(API_TOKEN),
                values.of(DATA_DIR),
                values.maybe(STORE_URL).orElseGet(() -> StoreUrl.fileIn(values.of(DATA_DIR))),
                values.maybe(STORE_USER),
                values.secret(STORE_PASSWORD),
                values.of(CLUSTER),
                values.of(ROUTES_DIR),
                new FilesAccess(values.maybe(FILES_DIR), values.of(FILES_PRIVATE_URLS), values.maybe(ATTACHMENT_HOSTS).orElse(Set.of())),
                values.of(QUEUE_CAPACITY),
                values.of(CONVERSATION_CAPACITY),
                values.maybe(MAX_RUNNING_TURNS).orElse(javaFeatureVersion >= JAVA_WITH_VIRTUAL_THREADS ? 2000 : 200),
                values.of(MAX_TURN_AGE),
                new Retention(values.of(KEEP_MESSAGES), values.of(KEEP_DEAD_LETTERS), values.of(KEEP_SESSIONS)),
                new OutboxSettings(values.maybe(OUTBOX), values.of(KEEP_OUTBOX)),
                values.of(SHUTDOWN_TIMEOUT),
                simulator,
                values.of(SIMULATOR_HOST),
                values.of(SIMULATOR_PORT),
                values.maybe(LLM_MODEL).map(model -> new ModelSettings(values.of(LLM_BASE_URL), values.secret(LLM_API_KEY), model.strip(),
                        values.maybe(LLM_PROMPT).map(String::strip).orElse(""))),
                integrations);
        KnownSecrets.keepAllOf(settings);
        settings.model().ifPresent(KnownSecrets::keepAllOf);
        settings.storeUrl().passwords().forEach(KnownSecrets::keep);
        return settings;
    }

    private static Integration integration(String id, Values values, boolean simulated, String fallbackAgent) {
        Optional<String> appKey = values.maybe(APP_KEY);
        Secret appSecret = values.secret(APP_SECRET);
        Secret callbackToken = values.secret(CALLBACK_TOKEN);
        Secret callbackAesKey = values.secret(CALLBACK_AES_KEY);
        if (simulated && appKey.isEmpty()) {
            InventedCredentials invented = new InventedCredentials();
            appKey = Optional.of(InventedCredentials.APP_KEY);
            appSecret = invented.appSecret();
            if (!callbackToken.isSet()) {
                callbackToken = invented.callbackToken();
                callbackAesKey = invented.callbackAesKey();
            }
        }
        Optional<String> key = appKey;
        Integration integration = new Integration(
                id,
                appKey,
                appSecret,
                values.maybe(ROBOT_CODE).or(() -> key),
                values.of(STREAM),
                values.of(STREAM_CONNECTIONS),
                values.of(CALLBACK),
                callbackToken,
                callbackAesKey,
                values.maybe(CALLBACK_OWNER_KEY).or(() -> key),
                values.of(DM_POLICY),
                values.of(GROUP_POLICY),
                values.maybe(ALLOWED_USERS).orElse(Set.of()),
                values.maybe(ALLOWED_GROUPS).orElse(Set.of()),
                values.maybe(ADMIN_USERS).orElse(Set.of()),
                values.maybe(FALLBACK_AGENT).orElse(Optional.of(fallbackAgent)),
                values.of(LANGUAGE),
                values.of(SESSION_SCOPE),
                values.maybe(SESSION_IDLE_TIMEOUT).orElse(Duration.ZERO),
                values.of(HISTORY_TURNS),
                values.of(HISTORY_BYTES),
                values.of(MAX_MESSAGE_LENGTH),
                values.of(THINKING_REACTION),
                values.of(CARD_TEMPLATE_ID),
                new Streaming(values.of(STREAMING), values.maybe(STREAMING_CARD_TEMPLATE_ID), values.of(STREAMING_CARD_CONTENT_KEY),
                        values.of(STREAMING_SHOW_ACTIVITY)),
                values.secret(WEBHOOK),
                values.secret(WEBHOOK_SECRET),
                values.maybe(USER_ID),
                values.maybe(CONVERSATION_ID));
        KnownSecrets.keepAllOf(integration);
        return integration;
    }
}
