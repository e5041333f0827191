package io.github.dingtalkcamel.bench;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import org.awaitility.Awaitility;

/**
 * The simulator and the users of a benchmark, in a process of their own, so that all contenders meet the same one. {@link Driver} controls
 * it: one JSON object a line on standard input, one a line on standard output in answer. Ends with its standard input.
 */
final class DriverProcess {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROBE = "probe";

    private final Simulator simulator;
    private int echoes;

    private DriverProcess(Simulator simulator) {
        this.simulator = simulator;
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // what logs goes to standard error: standard output belongs to the answers
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Simulator simulator = Simulator.start(SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(60)))) {
            DriverProcess driver = new DriverProcess(simulator);
            answers.println(JSON.createObjectNode().put("url", simulator.url()));
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                ObjectNode answer;
                try {
                    answer = driver.answer(JSON.readTree(line));
                } catch (Exception | AssertionError e) {
                    answer = JSON.createObjectNode().put("fault", e.toString());
                }
                answers.println(answer);
            }
        }
        System.exit(0);
    }

    private ObjectNode answer(JsonNode request) throws Exception {
        String app = request.path("app").asText();
        UnaryOperator<UserMessage> way = request.path("webhook").asBoolean() ? UserMessage::byWebhook : UserMessage::byStream;
        return switch (request.path("do").asText()) {
            case "app" -> {
                simulator.addApp(SimulatedApp.of(app, request.path("secret").asText()));
                if (request.hasNonNull("callback")) {
                    simulator.callbackUrl(app, request.path("callback").asText());
                }
                yield JSON.createObjectNode();
            }
            case "probe" -> {
                probe(app, way);
                yield JSON.createObjectNode();
            }
            case "closed" -> {
                try (Load load = new Load(simulator, app, "user", request.path("people").asInt(), way, 1)) {
                    yield outcome(load.closedLoop(request.path("messages").asInt()));
                }
            }
            case "open" -> {
                try (Load load = new Load(simulator, app, "user", request.path("people").asInt(), way, 1)) {
                    yield outcome(load.openLoop(request.path("rate").asInt(), Duration.ofSeconds(request.path("seconds").asInt())));
                }
            }
            case "ceiling" -> ceiling(request.path("people").asInt(), request.path("messages").asInt());
            default -> throw new IllegalArgumentException("unknown request: " + request);
        };
    }

    /** Says something until it is answered: a client's connection is open a little before the client reads from it. */
    private void probe(String app, UnaryOperator<UserMessage> way) {
        String conversation = simulator.dm(app, PROBE);
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(500)).until(() -> {
            if (simulator.sayAsync(way.apply(UserMessage.text("m0 1").from(PROBE).to(app))).get(60, TimeUnit.SECONDS).accepted()) {
                Awaitility.await().atMost(Duration.ofSeconds(5)).pollInterval(Duration.ofMillis(10))
                        .until(() -> !simulator.deliveriesTo(conversation).isEmpty());
                return true;
            }
            return false;
        });
    }

    private ObjectNode ceiling(int people, int messages) throws Exception {
        String app = "dingceiling" + ++echoes;
        simulator.addApp(SimulatedApp.of(app, "ceiling"));
        try (BareEcho echo = BareEcho.connect(simulator.url(), app, "ceiling");
                Load load = new Load(simulator, app, "user", people, UserMessage::byStream, 1)) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5))
                    .until(() -> simulator.stream().connections(app).stream()
                    .anyMatch(connection -> connection.state() == Connection.State.OPEN));
            return outcome(load.closedLoop(messages)).put("fault", echo.fault());
        }
    }

    private static ObjectNode outcome(Load.Outcome outcome) {
        return JSON.createObjectNode()
                .put("sent", outcome.sent())
                .put("answered", outcome.replies().count())
                .put("perSecond", outcome.perSecond())
                .put("p50", outcome.replies().percentile(50))
                .put("p99", outcome.replies().percentile(99))
                .put("refused", outcome.refused())
                .put("refusal", outcome.refusal())
                .put("lost", outcome.lost())
                .put("doubled", outcome.doubled())
                .put("outOfOrder", outcome.outOfOrder());
    }
}
