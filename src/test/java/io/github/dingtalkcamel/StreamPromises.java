package io.github.dingtalkcamel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.OpenCall;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.Disconnect;
import io.github.dingtalkcamel.simulator.stream.SimulatedEvent;
import org.awaitility.Awaitility;

/**
 * Each figure of docs/promises.md 8, once and in real time, of the packaged jar against the simulator: what was promised and what was
 * measured ({@code scripts/stream-promises}). What takes long runs side by side, each with a process and a simulator of its own.
 */
final class StreamPromises {

    private static final Duration PATIENCE = Duration.ofSeconds(150);
    /** For processes that share a busy machine: added to each figure that is an upper limit of a wait. */
    private static final double SLACK = 0.5;
    /** More events than the hooks have room for, 1,000. The simulator keeps 1,000 for a later try, and gives up older ones. */
    private static final int MANY = 1_900;
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Counted at the gate, not in the log: that has a limit of lines a minute. */
    private static final String HOOK = """
            - route:
                id: hook
                from:
                  uri: seda:dingtalk-events?multipleConsumers=true
                  steps:
                    # events of turns and connections, which are heard here too, are not held
                    - filter:
                        simple: "${header.CamelDingTalkEventId} regex '(thrice|many).*'"
                        steps:
                          - setBody: { simple: "${header.CamelDingTalkEventId}" }
                          - to: %s
            """;

    private volatile boolean kept = true;

    private StreamPromises() {
    }

    /** Ends with 0 when each promise was kept. */
    public static void main(String[] args) throws Exception {
        StreamPromises promises = new StreamPromises();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Lane> lanes = List.of(promises::backoff, promises::credentialsAndOpening, promises::theRest);
        List<Future<?>> running = lanes.stream().<Future<?>>map(lane -> threads.submit(() -> {
            try {
                lane.run();
            } catch (Exception | AssertionError e) {
                promises.row("the promise after those above", "", e.toString(), false);
            }
        })).toList();
        for (Future<?> lane : running) {
            lane.get();
        }
        threads.shutdown();
        System.out.println(promises.kept ? "stream-promises: all kept" : "stream-promises: NOT all kept");
        System.exit(promises.kept ? 0 : 1);
    }

    private interface Lane {
        void run() throws Exception;
    }

    private void row(String promise, String figure, String measured, boolean isKept) {
        kept &= isKept;
        System.out.printf("%-6s %-46s %-44s %s%n", isKept ? "kept" : "BROKEN", promise, figure, measured);
    }

    private static PackagedJar jar(Simulator simulator, int connections) throws IOException {
        // ports that no other process takes between our search and the process's bind
        return PackagedJar.facing(simulator).env("DINGTALK_WEBHOOK_PORT", String.valueOf(Ports.quiet()))
                .env("DINGTALK_MANAGEMENT_PORT", String.valueOf(Ports.quiet())).env("DINGTALK_CALLBACK", "false")
                .env("DINGTALK_STREAM_CONNECTIONS", String.valueOf(connections));
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(condition);
    }

    private static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    private static List<String> open(Simulator simulator) {
        return simulator.stream().connections().stream().filter(connection -> connection.state() == Connection.State.OPEN)
                .map(Connection::id).toList();
    }

    private static double[] gaps(Simulator simulator) {
        List<OpenCall> calls = simulator.stream().openCalls();
        return IntStream.range(1, calls.size()).mapToDouble(i -> seconds(Duration.between(calls.get(i - 1).time(), calls.get(i).time())))
                .toArray();
    }

    /** From each refused upgrade to the next open call. */
    private static double[] waits(Simulator simulator) {
        List<Instant> refused = simulator.requests().stream().filter(request -> request.path().equals("/connect"))
                .map(RecordedRequest::time).toList();
        List<OpenCall> calls = simulator.stream().openCalls();
        return IntStream.range(1, calls.size()).mapToDouble(i -> seconds(Duration.between(refused.get(i - 1), calls.get(i).time())))
                .toArray();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    private static double took(Runnable what) {
        long begin = System.nanoTime();
        what.run();
        return (System.nanoTime() - begin) / 1e9;
    }

    private static String shown(double... figures) {
        return String.join(", ", Arrays.stream(figures).mapToObj("%.2f"::formatted).toList()) + " s";
    }

    private static PushResult say(Simulator simulator, String text) {
        return simulator.say(UserMessage.text(text).byStream());
    }

    // first retry, growth, ceiling, and back to the start; refused upgrades

    private void backoff() throws Exception {
        double[] promised = { 1, 2, 4, 8, 16, 32, 60 };
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults()); PackagedJar jar = jar(simulator, 1)) {
            simulator.faults().on(ApiFamily.CONNECT).untilCleared().fail(503);
            jar.start();
            until(() -> simulator.stream().openCalls().size() > promised.length);
            Instant first = simulator.stream().openCalls().get(0).time();
            long calls = simulator.stream().openCalls().stream().filter(call -> call.time().isBefore(first.plusSeconds(10))).count();
            row("upgrade refused for 10 s", "at most 6 open calls", calls + " open calls", calls <= 6 && calls > 1);
            double[] gaps = waits(simulator);
            row("first retry, growth, ceiling", "1, 2, 4, 8, 16, 32, 60 s, less up to a fifth", shown(gaps),
                    IntStream.range(0, promised.length).allMatch(i -> gaps[i] >= 0.8 * promised[i] && gaps[i] <= promised[i] + SLACK));

            simulator.faults().clear();
            until(() -> open(simulator).size() == 1);
            pause(Duration.ofSeconds(61));
            simulator.stream().reset(open(simulator).get(0));
            double back = took(() -> until(() -> open(simulator).size() == 1));
            row("back to the start after 60 s", "about 1 s", shown(back), back > 0.7 && back < 1 + SLACK);
        }
    }

    // wrong credentials; openings without an answer

    private void credentialsAndOpening() throws Exception {
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults());
                PackagedJar jar = jar(simulator, 1).env("DINGTALK_APP_SECRET", "a-wrong-secret-0123456789")) {
            PackagedJar.Run run = jar.start();
            until(() -> simulator.stream().openCalls().size() == 2);
            double gap = gaps(simulator)[0];
            long lines = run.log().lines().filter(line -> line.contains("authFailed")).count();
            String health = health(run);
            row("wrong credentials (401)", "again after 60 s, less up to a fifth; one line", shown(gap) + "; " + lines + " line",
                    gap >= 48 && gap <= 60 + SLACK && lines == 1);
            row("", "health says which setting", health, health.contains("dingtalk.app-secret"));
        }
        for (ApiFamily silent : List.of(ApiFamily.STREAM, ApiFamily.CONNECT)) {
            try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults()); PackagedJar jar = jar(simulator, 1)) {
                simulator.faults().on(silent).neverAnswer();
                jar.start();
                until(() -> open(simulator).size() == 1);
                double gap = gaps(simulator)[0];
                row(silent == ApiFamily.STREAM ? "open call that is not answered" : "upgrade that is not answered",
                        "given up after 10 s, then again (about 1 s)", shown(gap), gap >= 10 && gap <= 11 + SLACK);
            }
        }
    }

    private static String health(PackagedJar.Run run) throws Exception {
        String page = HTTP.send(HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/health")).build(),
                HttpResponse.BodyHandlers.ofString()).body();
        for (var check : new ObjectMapper().readTree(page).path("checks")) {
            if (check.path("name").asText().equals("stream-main-1")) {
                return check.path("status").asText() + ": " + check.path("message").asText();
            }
        }
        return "no check of the connection";
    }

    // gateway away and back, black hole, disconnect, nonsense, events

    private void theRest() throws Exception {
        StreamOptions quickEvents = StreamOptions.defaults()
                .eventRetries(Stream.generate(() -> Duration.ofSeconds(2)).limit(30).toArray(Duration[]::new));
        SimulatorOptions options = SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(10)).stream(quickEvents);
        Simulator simulator = PackagedJar.simulator(options);
        try (Gate gate = new Gate(); PackagedJar jar = jar(simulator, 2).file("routes/hook.yaml", HOOK.formatted(gate.url()))) {
            jar.start();
            Simulator first = simulator;
            until(() -> open(first).size() == 2);
            disconnect(first);
            nonsense(first);
            events(first, gate);
            blackHole(first);

            SimulatorOptions again = options.port(first.port());
            first.close();
            pause(Duration.ofSeconds(20));
            simulator = PackagedJar.simulator(again);
            Simulator second = simulator;
            double back = took(() -> until(() -> !open(second).isEmpty()));
            double both = back + took(() -> until(() -> open(second).size() == 2));
            row("gateway away for 20 s and back", "within one retry interval (16 s by then)", shown(back) + "; both: " + shown(both),
                    both <= 16 + SLACK && say(second, "back").accepted());
        } finally {
            simulator.close();
        }
    }

    private void disconnect(Simulator simulator) {
        String leaving = open(simulator).get(0);
        List<CompletableFuture<PushResult>> sent = new ArrayList<>();
        int before = simulator.deliveries().size();
        simulator.stream().disconnect(leaving, Disconnect.after(Duration.ofSeconds(3)));
        sent.add(simulator.sayAsync(UserMessage.text("on its way").from("p").byStream(leaving)));
        double replaced = took(() -> until(() -> {
            sent.add(simulator.sayAsync(UserMessage.text("meanwhile").from("p" + sent.size()).byStream()));
            return open(simulator).size() == 2;
        }));
        while (simulator.stream().connections().stream().anyMatch(connection -> connection.id().equals(leaving))) {
            sent.add(simulator.sayAsync(UserMessage.text("meanwhile").from("p" + sent.size()).byStream()));
            pause(Duration.ofMillis(20));
        }
        long acked = sent.stream().filter(one -> one.join().accepted()).count();
        until(() -> simulator.deliveries().size() - before >= acked);
        row("disconnect frame", "another receives within 1 s; nothing lost",
                shown(replaced) + "; " + sent.size() + " sent, " + acked + " acknowledged and answered",
                replaced < 1 && acked == sent.size());
    }

    private void nonsense(Simulator simulator) {
        List<String> before = open(simulator);
        before.forEach(id -> simulator.stream().write(id, "nonsense"));
        int topic = simulator.stream().push(null, "CALLBACK", "/v1.0/nothing/known", "{}").status();
        int type = simulator.stream().push(null, "WEIRD", "*", "{}").status();
        int malformed = simulator.stream().push(null, "CALLBACK", "/v1.0/im/bot/messages/get", "no JSON").status();
        int oversized = say(simulator, "x".repeat(1_100_000)).status();
        boolean connectionsKept = open(simulator).equals(before) && say(simulator, "still there").accepted();
        row("unknown topic, type; malformed; oversized", "404, 404; 400; 400; connection kept",
                topic + ", " + type + "; " + malformed + "; " + oversized + "; " + (connectionsKept ? "kept" : "LOST"),
                topic == 404 && type == 404 && malformed == 400 && oversized == 400 && connectionsKept);
    }

    private void events(Simulator simulator, Gate gate) throws Exception {
        for (int i = 0; i < 3; i++) {
            simulator.stream().event(SimulatedEvent.of("user_add_org", "{}").id("thrice"));
        }
        // while the hooks hold what they got: as many as they and the queue before them have room for, and some
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Future<PushResult>> sent = IntStream.range(0, MANY)
                .mapToObj(i -> threads.submit(() -> simulator.stream().event(SimulatedEvent.of("user_add_org", "{}").id("many-" + i))))
                .toList();
        int success = 0;
        int later = 0;
        for (Future<PushResult> one : sent) {
            String status = one.get(60, TimeUnit.SECONDS).body();
            success += status.contains("SUCCESS") ? 1 : 0;
            later += status.contains("LATER") ? 1 : 0;
        }
        threads.shutdown();
        gate.open();
        until(() -> simulator.stream().waitingEvents() == 0);
        until(() -> gate.arrived("many-") >= MANY);
        long thrice = gate.arrived("thrice");
        long heard = gate.arrived("many-");
        row("events", "once by eventId; SUCCESS, LATER when full",
                "one sent 3 times heard " + thrice + " time; of " + MANY + " at once " + success + " SUCCESS, " + later
                + " LATER, heard " + heard, thrice == 1 && success + later == MANY && later > 0 && heard == MANY);
    }

    private void blackHole(Simulator simulator) {
        String hole = open(simulator).get(0);
        simulator.stream().blackHole(hole);
        double noticed = took(() -> until(() -> open(simulator).size() == 2));
        row("black-holed connection", "noticed within 30 s", shown(noticed) + ", and replaced", noticed < 30);
    }
}
