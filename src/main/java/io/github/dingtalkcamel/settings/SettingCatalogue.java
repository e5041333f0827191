package io.github.dingtalkcamel.settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.secrets.Secret;

/** Every setting there is, declared once (docs/promises.md 3). What is not here is a misspelt name. */
public final class SettingCatalogue {

    /** The integration that the short names set. */
    public static final String MAIN = "main";

    private static final List<Setting<?>> ALL = new ArrayList<>();

    // per integration

    static final Setting<String> APP_KEY = integration("app-key", ValueTypes.credential()).alias("client-id").noDefault()
            .is("AppKey (Client ID) of the DingTalk app");
    static final Setting<Secret> APP_SECRET = integration("app-secret", ValueTypes.secretCredential()).alias("client-secret").secret()
            .noDefault()
            .is("AppSecret (Client Secret) of the DingTalk app");
    static final Setting<String> ROBOT_CODE = integration("robot-code", ValueTypes.text()).derived("app key")
            .is("Code of the robot where it is not the app key");
    static final Setting<Boolean> STREAM = integration("stream", ValueTypes.trueOrFalse()).defaultsTo("true")
            .is("Open Stream connections");
    static final Setting<Integer> STREAM_CONNECTIONS = integration("stream-connections", ValueTypes.number(1, 16)).defaultsTo("2")
            .is("Stream connections kept open side by side, 1 to 16");
    static final Setting<Boolean> CALLBACK = integration("callback", ValueTypes.trueOrFalse()).defaultsTo("true")
            .is("Accept messages on the HTTP webhook");
    static final Setting<Secret> CALLBACK_TOKEN = integration("callback-token", ValueTypes.secretCredential()).secret().noDefault()
            .is("Token of encrypted callbacks, together with the AES key");
    static final Setting<Secret> CALLBACK_AES_KEY = integration("callback-aes-key", ValueTypes.aesKey()).secret().noDefault()
            .is("AES key of encrypted callbacks, 43 characters");
    static final Setting<String> CALLBACK_OWNER_KEY = integration("callback-owner-key", ValueTypes.text()).derived("app key")
            .is("Owner key that encrypted callbacks end with");
    static final Setting<Policy> DM_POLICY = integration("dm-policy", ValueTypes.constants("a policy", Policy.class)).defaultsTo("open")
            .is("Who may write direct messages: open, allowlist (allowed-users) or disabled");
    static final Setting<Policy> GROUP_POLICY = integration("group-policy", ValueTypes.constants("a policy", Policy.class))
            .defaultsTo("open")
            .is("Which groups are answered: open, allowlist (allowed-groups) or disabled");
    static final Setting<Set<String>> ALLOWED_USERS = integration("allowed-users", ValueTypes.ids(true)).derived("everyone")
            .is("User ids with commas between them, compared without case; once set, only these users may use the bot");
    static final Setting<Set<String>> ALLOWED_GROUPS = integration("allowed-groups", ValueTypes.ids(false)).noDefault()
            .is("Conversation ids with commas between them, for group-policy allowlist");
    static final Setting<Set<String>> ADMIN_USERS = integration("admin-users", ValueTypes.ids(true)).noDefault()
            .is("User ids with commas between them who may /bind and /unbind in groups, besides DingTalk's own admins");
    static final Setting<Optional<String>> FALLBACK_AGENT = integration("fallback-agent", ValueTypes.agentOrNone())
            .derived("`assistant` where a model is set, else `echo`")
            .is("Agent that answers where nothing is bound; none for no answer");
    static final Setting<Language> LANGUAGE = integration("language",
            ValueTypes.words("a language", List.of("zh-Hans", "en"), Language::of))
            .defaultsTo("zh-Hans")
            .is("Language of the bot's own texts: zh-Hans or en");
    static final Setting<SessionScope> SESSION_SCOPE = integration("session-scope",
            ValueTypes.constants("a session scope", SessionScope.class))
            .defaultsTo("conversation")
            .is("Who shares a session in a group: conversation (all) or sender (each has their own)");
    static final Setting<Duration> SESSION_IDLE_TIMEOUT = integration("session-idle-timeout",
            ValueTypes.duration(Duration.ZERO, Duration.ofDays(365))).derived("off")
            .is("A message after this time of silence starts a fresh session: 30m, 8h, 1d; 0 for never");
    static final Setting<Integer> HISTORY_TURNS = integration("history-turns", ValueTypes.number(0, 1_000)).defaultsTo("20")
            .is("Turns of the session that an agent gets as history, 0 to 1000; 0 keeps no history");
    static final Setting<Integer> HISTORY_BYTES = integration("history-bytes", ValueTypes.number(1, 16_777_216)).defaultsTo("65536")
            .is("UTF-8 bytes that those turns may have together, 1 to 16777216; the oldest go first");
    static final Setting<Integer> MAX_MESSAGE_LENGTH = integration("max-message-length", ValueTypes.number(100, 20_000)).defaultsTo("6000")
            .is("Characters of one chunk of a reply, 100 to 20000");
    static final Setting<Boolean> THINKING_REACTION = integration("thinking-reaction", ValueTypes.trueOrFalse()).defaultsTo("false")
            .is("Show a reaction under a message while its agent is asked; by an API that DingTalk does not document");
    static final Setting<String> CARD_TEMPLATE_ID = integration("card-template-id", ValueTypes.text())
            .defaultsTo("1366a1eb-bc54-4859-ac88-517c56a9acb1.schema")
            .is("Template of cards with buttons that call back, with the variables title, markdown and sys_full_json_obj.msgButtons; the"
                    + " default is a public one"
                + " of DingTalk's Python SDK");
    static final Setting<Streaming.Mode> STREAMING = integration("streaming",
            ValueTypes.constants("a way of streaming", Streaming.Mode.class))
            .defaultsTo("off")
            .is("Show replies while they form: off, or card, an AI card of the streaming template; for agents that stream");
    static final Setting<String> STREAMING_CARD_TEMPLATE_ID = integration("streaming-card-template-id", ValueTypes.text()).noDefault()
            .is("Template of AI cards that show replies while they form, ending in .schema; see streaming.md for how to make it");
    static final Setting<String> STREAMING_CARD_CONTENT_KEY = integration("streaming-card-content-key", ValueTypes.text())
            .defaultsTo("content")
            .is("The template's variable, of type markdown with streaming, that holds the reply");
    static final Setting<Boolean> STREAMING_SHOW_ACTIVITY = integration("streaming-show-activity", ValueTypes.trueOrFalse())
            .defaultsTo("false")
            .is("Show in the card what the agent does while no new text comes: thinks, calls a tool");
    static final Setting<Secret> WEBHOOK = integration("webhook", ValueTypes.webhookUrl()).secret().noDefault()
            .is("URL of a custom group robot, for one-way notifications, with or without an app");
    static final Setting<Secret> WEBHOOK_SECRET = integration("webhook-secret", ValueTypes.secretCredential()).secret().noDefault()
            .is("Signing secret of the custom group robot, SEC...");
    static final Setting<String> USER_ID = integration("user-id", ValueTypes.text()).noDefault()
            .is("Default recipient of tools: this user");
    static final Setting<String> CONVERSATION_ID = integration("conversation-id", ValueTypes.text()).noDefault()
            .is("Default recipient of tools where user-id is not set: this conversation");

    // for the whole process

    static final Setting<URI> API_BASE_URL = process("api-base-url", ValueTypes.baseUrl()).defaultsTo("https://api.dingtalk.com")
            .is("Where DingTalk's API is");
    static final Setting<URI> OAPI_BASE_URL = process("oapi-base-url", ValueTypes.baseUrl()).defaultsTo("https://oapi.dingtalk.com")
            .is("Where DingTalk's older API is");
    static final Setting<String> WEBHOOK_HOST = process("webhook-host", ValueTypes.host()).defaultsTo("0.0.0.0")
            .is("Address on which the HTTP webhook, tools and admin listen");
    static final Setting<Integer> WEBHOOK_PORT = process("webhook-port", ValueTypes.port()).defaultsTo("8080")
            .is("Port on which the HTTP webhook, tools and admin listen; 0 takes a free one and logs it");
    static final Setting<String> MANAGEMENT_HOST = process("management-host", ValueTypes.host()).defaultsTo("127.0.0.1")
            .is("Address on which health, metrics and the console listen");
    static final Setting<Integer> MANAGEMENT_PORT = process("management-port", ValueTypes.port()).defaultsTo("9876")
            .is("Port on which health, metrics and the console listen; 0 takes a free one and logs it");
    static final Setting<String> MANAGEMENT_USER = process("management-user", ValueTypes.userName()).noDefault()
            .is("User name for management; required where its host is not loopback");
    static final Setting<Secret> MANAGEMENT_PASSWORD = process("management-password", ValueTypes.password()).secret().noDefault()
            .is("Password for management; required where its host is not loopback. Shorter than " + WeakSecrets.WANTED
            + " characters gives a warning there, shorter than " + WeakSecrets.LEAST + " is refused");
    static final Setting<Set<String>> HOST_NAMES = process("host-names", ValueTypes.hosts()).noDefault()
            .is("Further names, with commas between them, by which management and the simulator are called: those of a proxy or a "
            + "container");
    static final Setting<URI> PUBLIC_URL = process("public-url", ValueTypes.baseUrl()).noDefault()
            .is("Where DingTalk reaches the HTTP webhook, to print the callback URL to enter in the console");
    static final Setting<Secret> API_TOKEN = process("api-token", ValueTypes.secretCredential()).secret().noDefault()
            .is("Bearer token of tools and admin, which are closed without it. Where other machines reach the port, one shorter than "
                    + WeakSecrets.WANTED + " characters gives a warning, and one shorter than " + WeakSecrets.LEAST + " is refused");
    static final Setting<Path> DATA_DIR = process("data-dir", ValueTypes.directory()).defaultsTo("./data")
            .is("Directory of the store and other data");
    static final Setting<StoreUrl> STORE_URL = process("store-url", ValueTypes.storeUrl())
            .derived("SQLite file dingtalk.db in the data dir")
            .is("JDBC URL of the store, jdbc:sqlite: or jdbc:postgresql:");
    static final Setting<String> STORE_USER = process("store-user", ValueTypes.text()).noDefault()
            .is("User of the store's database");
    static final Setting<Secret> STORE_PASSWORD = process("store-password", ValueTypes.password()).secret().noDefault()
            .is("Password of the store's database");
    static final Setting<Boolean> CLUSTER = process("cluster", ValueTypes.trueOrFalse()).defaultsTo("false")
            .is("Share the store with other processes, which needs a PostgreSQL store: each conversation is answered by one of them at a "
            + "time");
    static final Setting<Path> ROUTES_DIR = process("routes-dir", ValueTypes.directory()).defaultsTo("./routes")
            .is("Directory of your own routes, *.yaml and *.yml, reloaded when they change");
    static final Setting<Path> FILES_DIR = process("files-dir", ValueTypes.directory()).noDefault()
            .is("Directory that tools may send files from; without it files come as base64 or by their url");
    static final Setting<Boolean> FILES_PRIVATE_URLS = process("files-private-urls", ValueTypes.trueOrFalse()).defaultsTo("false")
            .is("Let tools fetch files also from addresses that are not public: this machine and its network");
    static final Setting<Set<String>> ATTACHMENT_HOSTS = process("attachment-hosts", ValueTypes.hosts()).noDefault()
            .is("Further hosts, with commas between them, that attachments of messages may be fetched from; only hosts where DingTalk"
                    + " alone stores files");
    static final Setting<Integer> QUEUE_CAPACITY = process("queue-capacity", ValueTypes.number(1, 1_000_000)).defaultsTo("10000")
            .is("Turns waiting, all conversations together, 1 to 1000000");
    static final Setting<Integer> CONVERSATION_CAPACITY = process("conversation-capacity", ValueTypes.number(1, 1_000_000))
            .defaultsTo("100")
            .is("Turns waiting in one conversation, 1 to 1000000");
    static final Setting<Integer> MAX_RUNNING_TURNS = process("max-running-turns", ValueTypes.number(1, 100_000))
            .derived("200; 2000 with virtual threads (Java 21+)")
            .is("Turns running side by side, 1 to 100000");
    static final Setting<Duration> MAX_TURN_AGE = process("max-turn-age", ValueTypes.duration(Duration.ofMillis(1), Duration.ofDays(365)))
            .defaultsTo("1h")
            .is("A stored turn older than this at a start becomes a dead letter: 500ms, 90s, 30m, 1h, 2d, PT1H; a plain number is seconds");
    static final Setting<Duration> KEEP_MESSAGES = process("keep-messages", ValueTypes.duration(Duration.ofDays(1), Duration.ofDays(3650)))
            .defaultsTo("7d")
            .is("How long answered messages are kept, 1d to 3650d; the same message delivered again is known for as long");
    static final Setting<Duration> KEEP_DEAD_LETTERS = process("keep-dead-letters",
            ValueTypes.duration(Duration.ofDays(1), Duration.ofDays(3650)))
            .defaultsTo("90d")
            .is("How long dead letters wait for a person, 1d to 3650d; the log says when some are deleted");
    static final Setting<Duration> KEEP_SESSIONS = process("keep-sessions", ValueTypes.duration(Duration.ofDays(1), Duration.ofDays(3650)))
            .defaultsTo("90d")
            .is("How long a session in which nothing happens is kept with its history, 1d to 3650d; the next message starts a fresh one");
    static final Setting<String> OUTBOX = process("outbox", ValueTypes.endpoint()).noDefault()
            .is("Camel endpoint that accepted messages, ended turns, events and clicks on cards are told to, at least once, such as"
                    + " direct:outbox; off where it is not set");
    static final Setting<Duration> KEEP_OUTBOX = process("keep-outbox", ValueTypes.duration(Duration.ofHours(1), Duration.ofDays(3650)))
            .defaultsTo("14d")
            .is("How long what the outbox could not deliver is kept, 1h to 3650d; the log says when some is deleted");
    static final Setting<Duration> SHUTDOWN_TIMEOUT = process("shutdown-timeout", ValueTypes.duration(Duration.ZERO, Duration.ofHours(1)))
            .defaultsTo("25")
            .is("Seconds that running turns get at a stop, 0 to 3600");
    static final Setting<String> LOG_FORMAT = process("log-format", ValueTypes.words("a format", List.of("text", "json"),
            word -> List.of("text", "json").contains(word) ? Optional.of(word) : Optional.empty())).defaultsTo("text")
            .is("How lines of the log are written: text, or json with the ids of turn and trace");
    static final Setting<URI> LLM_BASE_URL = process("llm-base-url", ValueTypes.baseUrl()).noDefault()
            .is("OpenAI-compatible API of a language model, with /v1 where the server wants that; together with llm-model it makes the"
                    + " agent assistant");
    static final Setting<String> LLM_MODEL = process("llm-model", ValueTypes.text()).noDefault()
            .is("Name of the language model, as its server knows it");
    static final Setting<Secret> LLM_API_KEY = process("llm-api-key", ValueTypes.secretCredential()).secret().noDefault()
            .is("Key of that API; none for servers that want none");
    static final Setting<String> LLM_PROMPT = process("llm-prompt", ValueTypes.prose()).noDefault()
            .is("What the model is told before anything else: who it is, what it knows, how it should answer");
    static final Setting<Boolean> SIMULATOR = process("simulator", ValueTypes.trueOrFalse())
            .derived("true where no app key and no webhook is set anywhere")
            .is("Run against the built-in simulator of DingTalk");
    static final Setting<String> SIMULATOR_HOST = process("simulator-host", ValueTypes.host()).defaultsTo("127.0.0.1")
            .is("Address on which the simulator listens");
    static final Setting<Integer> SIMULATOR_PORT = process("simulator-port", ValueTypes.port()).defaultsTo("8180")
            .is("Port on which the simulator listens; 0 takes a free one and logs it");

    private SettingCatalogue() {
    }

    /** Every setting, those per integration first. */
    public static List<Setting<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    private static <T> Declaration<T> integration(String name, ValueType<T> type) {
        return new Declaration<>(name, true, type);
    }

    private static <T> Declaration<T> process(String name, ValueType<T> type) {
        return new Declaration<>(name, false, type);
    }

    private static final class Declaration<T> {
        private final String name;
        private final boolean perIntegration;
        private final ValueType<T> type;
        private Optional<String> alias = Optional.empty();
        private boolean secret;
        private Optional<String> defaultValue = Optional.empty();
        private String defaultText = "";

        Declaration(String name, boolean perIntegration, ValueType<T> type) {
            this.name = name;
            this.perIntegration = perIntegration;
            this.type = type;
        }

        Declaration<T> alias(String other) {
            alias = Optional.of(other);
            return this;
        }

        Declaration<T> secret() {
            secret = true;
            return this;
        }

        Declaration<T> defaultsTo(String value) {
            defaultValue = Optional.of(value);
            defaultText = value;
            return this;
        }

        /** A default that the reader works out from other things. */
        Declaration<T> derived(String text) {
            defaultText = text;
            return this;
        }

        Declaration<T> noDefault() {
            return this;
        }

        Setting<T> is(String description) {
            Setting<T> setting = new Setting<>(name, alias, perIntegration, secret, defaultValue, defaultText, description, type);
            ALL.add(setting);
            return setting;
        }
    }
}
