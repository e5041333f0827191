package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to messages is counted, and dashboard and alerts use metrics that there are. */
class MonitoringTest {

    private static final Path FILES = Path.of("deploy/monitoring");
    private static final Pattern METRIC = Pattern.compile("\\b(dingtalk|camel|jvm)_[a-z_]+");

    private static Bot bot;
    private static Map<String, Double> metrics;

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.api-token", "t0ken-for-tests", "dingtalk.webhook",
                "https://oapi.dingtalk.com/robot/send?access_token=x")).route("broken.camel.yaml", """
                        - route:
                            from:
                              uri: agent:broken
                              steps:
                                - throwException: { exceptionType: java.lang.IllegalStateException, message: broken }
                        """).start();
        StreamEndToEndTest.until(() -> StreamEndToEndTest.open(bot).size() == 2);
        byte[] message = Callback.bytes(Callback.message("hello"));
        for (int i = 0; i < 3; i++) {
            assertThat(bot.post(bot.webhookUrl(), message, Callback.proof()).statusCode()).isEqualTo(200);
        }
        assertThat(bot.post(bot.webhookUrl(), message, Callback.proof("wrong", Instant.now())).statusCode()).isEqualTo(401);
        bot.say(UserMessage.text("by Stream").byStream());
        bot.say(UserMessage.text("/help").byStream());
        bot.context().getRegistry().lookupByNameAndType("bindings", Bindings.class).bind("main", "cidBroken", "broken", "test");
        bot.say(UserMessage.text("broken").inGroup("cidBroken").byStream());
        bot.simulator().faults().on(ApiFamily.ROBOT).times(1).throttle();
        byte[] call = "{\"recipient_type\":\"user_id\",\"recipient_id\":\"staff001\",\"content\":\"green\"}".getBytes(StandardCharsets.UTF_8);
        String tools = bot.webhookUrl().replace("webhook/main", "tools/");
        for (byte[] body : List.of(call, "{}".getBytes(StandardCharsets.UTF_8))) {
            bot.post(tools + "dingtalk_send_text_notification", body, request -> request.header("Authorization", "Bearer t0ken-for-tests"));
        }
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> scrape().getOrDefault("dingtalk_turn_seconds_count", 0.0) >= 3 && scrape()
                .getOrDefault("dingtalk_calls_seconds_count{api=\"session webhook\",outcome=\"ok\"}", 0.0) >= 3);
        metrics = scrape();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    /** Name, and labels as they are written, without the trailing blank. */
    private static Map<String, Double> scrape() throws Exception {
        return bot.get(bot.managementUrl() + "/observe/metrics").body().lines().filter(line -> !line.startsWith("#"))
                .collect(Collectors.toMap(line -> line.substring(0, line.lastIndexOf(' ')), line ->
                        Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)), (one, other) -> other, TreeMap::new));
    }

    @Test
    void messagesAreCountedByWhatBecameOfThem() {
        assertThat(metrics).containsEntry("dingtalk_messages_received_total{integration=\"main\",way=\"webhook\"}", 3.0)
                .containsEntry("dingtalk_messages_received_total{integration=\"main\",way=\"stream\"}", 3.0)
                .containsEntry("dingtalk_messages_accepted_total{integration=\"main\",kind=\"turn\"}", 3.0)
                .containsEntry("dingtalk_messages_accepted_total{integration=\"main\",kind=\"command\"}", 1.0)
                .containsEntry("dingtalk_messages_dropped_total{integration=\"main\",reason=\"duplicate\"}", 2.0)
                .containsEntry("dingtalk_api_refused_total{reason=\"bad_argument\"}", 1.0)
                .containsEntry("dingtalk_dead_letters_added_total{code=\"agentFailed\"}", 1.0);
        assertThat(metrics.keySet()).anyMatch(name -> name.startsWith("dingtalk_messages_refused_total{reason=") && name.contains("way=\"webhook\""));
    }

    @Test
    void histogramsHaveEachMessageOnce() {
        assertThat(metrics).containsEntry("dingtalk_message_ack_seconds_count", 4.0).containsEntry("dingtalk_turn_wait_seconds_count", 3.0)
                .containsEntry("dingtalk_turn_seconds_count", 3.0).containsEntry("dingtalk_turn_seconds_bucket{le=\"+Inf\"}", 3.0)
                .containsEntry("dingtalk_agent_seconds_count{agent=\"echo\"}", 2.0).containsEntry("dingtalk_agent_seconds_count{agent=\"broken\"}", 1.0);
        assertThat(metrics.get("dingtalk_turn_seconds_sum")).isPositive();
        assertThat(metrics.get("dingtalk_store_commit_seconds_count")).isGreaterThan(4);
    }

    @Test
    void callsAreCountedByApiAndOutcome() {
        assertThat(metrics).containsEntry("dingtalk_calls_seconds_count{api=\"session webhook\",outcome=\"ok\"}", 3.0)
                .containsEntry("dingtalk_calls_seconds_count{api=\"/v1.0/oauth2/accessToken\",outcome=\"ok\"}", 1.0)
                .containsEntry("dingtalk_calls_seconds_count{api=\"/v1.0/robot/oToMessages/batchSend\",outcome=\"throttled\"}", 1.0);
    }

    @Test
    void dashboardAndAlertsUseMetricsThatThereAre() throws Exception {
        Set<String> there = metrics.keySet().stream().map(name -> name.replaceFirst("\\{.*", "")).collect(Collectors.toCollection(TreeSet::new));
        new ObjectMapper().readTree(FILES.resolve("grafana-dashboard.json").toFile());
        for (String file : List.of("grafana-dashboard.json", "alerts.yml")) {
            assertThat(used(Files.readString(FILES.resolve(file)))).as(file).isNotEmpty().isSubsetOf(there);
        }
    }

    @Test
    void promtoolFindsNothingWrongWithAlertsAndQueries(@TempDir Path folder) throws Exception {
        assumeTrue(Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(one -> Files.isExecutable(Path.of(one, "promtool"))),
                "needs promtool, of Prometheus");
        StringBuilder rules = new StringBuilder("groups:\n- name: dashboard\n  rules:\n");
        int queries = 0;
        for (JsonNode query : new ObjectMapper().readTree(FILES.resolve("grafana-dashboard.json").toFile()).findValues("expr")) {
            // Grafana fills in its variables before it asks
            String expression = query.textValue().replace("$__rate_interval", "5m").replace("$__range", "1h").replace("$instance", ".*");
            rules.append("  - record: query").append(queries++).append("\n    expr: ").append(new ObjectMapper().writeValueAsString(expression))
                    .append('\n');
        }
        assertThat(queries).isGreaterThan(20);

        assertThat(promtool("check", "config", FILES.resolve("prometheus.yml").toString())).contains("SUCCESS: 1 rule files found");
        assertThat(promtool("check", "rules", Files.writeString(folder.resolve("dashboard.yml"), rules).toString()))
                .contains("SUCCESS: " + queries + " rules found");
    }

    private static String promtool(String... words) throws Exception {
        Process promtool = new ProcessBuilder(Stream.concat(Stream.of("promtool"), Stream.of(words)).toList()).redirectErrorStream(true).start();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor()).as(said).isZero();
        return said;
    }

    private static Set<String> used(String text) {
        Set<String> used = new TreeSet<>();
        for (Matcher metric = METRIC.matcher(text); metric.find();) {
            used.add(metric.group());
        }
        return used;
    }

    @Test
    void eachAlertHasASectionInTheRunbook() throws Exception {
        List<String> alerts = Pattern.compile("alert: (\\w+)").matcher(Files.readString(FILES.resolve("alerts.yml"))).results()
                .map(found -> found.group(1)).toList();
        List<String> sections = Pattern.compile("(?m)^## (\\w+)$").matcher(Files.readString(Path.of("docs/runbook.md"))).results()
                .map(found -> found.group(1)).toList();
        assertThat(sections).isNotEmpty().containsExactlyElementsOf(alerts);
        for (String alert : alerts) {
            assertThat(Files.readString(FILES.resolve("alerts.yml"))).contains("docs/runbook.md#" + alert.toLowerCase(Locale.ROOT) + "\n");
        }
    }
}
