package io.github.dingtalkcamel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.github.dingtalkcamel.bench.Load;
import io.github.dingtalkcamel.bench.Times;
import io.github.dingtalkcamel.bench.Usage;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;

/**
 * Drives the packaged jar, a process of its own, through the simulator, which runs in this one with the people who talk; prints what it
 * measured as Markdown, each target beside its figure, and writes it to {@code target/performance.md} ({@code scripts/bench
 * -Dbench.only=echo,long,slow,large}; docs/performance.md says how to read it). Ends with status 1 where a message was refused, lost,
 * answered twice or out of order. A missed target is only shown: other tenants of a machine miss it too.
 */
final class LoadDriver {

    private static final int PARTS = 3;
    /** How much more CPU a message may take with a large store: runs on one machine differ by a tenth. */
    private static final double MOST_GROWTH = 1.2;
    private static final double ECHO_PER_SECOND = 1_500;
    private static final double ECHO_P99_MILLIS = 250;
    private static final double ACK_P99_MILLIS = 1_500;
    /** How much later than its agent's wait the last reply of many may come. */
    private static final double SLOW_EXTRA_MILLIS = 5_000;

    private final Duration duration = Duration.ofSeconds(Integer.getInteger("bench.seconds", 20));
    private final Duration warmUp = Duration.ofSeconds(Integer.getInteger("bench.warm-up", 15));
    private final int people = Integer.getInteger("bench.people", 200);
    private final int rate = Integer.getInteger("bench.rate", 1_000);
    private final boolean virtualThreads = Runtime.version().feature() >= 21;
    /** All that may wait at once. */
    private final int conversations = Integer.getInteger("bench.conversations", virtualThreads ? 2_000 : 200);
    private final Duration wait = Duration.ofSeconds(Integer.getInteger("bench.wait", 30));
    /** What the store of the scenario {@code large} holds. */
    private final int done = Integer.getInteger("bench.done", 5_000_000);
    private final int known = Integer.getInteger("bench.known", 100_000);
    private final String only = System.getProperty("bench.only", "");

    private final List<String> rows = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    /** CPU of a message in the last measurement, and in the one with an empty store. */
    private double cpuMillis;
    private double empty;

    public static void main(String[] args) throws Exception {
        System.exit(new LoadDriver().run() ? 0 : 1);
    }

    private boolean run() throws Exception {
        if (wanted("echo")) {
            try (Simulator simulator = simulator(); PackagedJar jar = jar(simulator); PackagedJar.Run run = started(jar, simulator)) {
                for (UnaryOperator<UserMessage> way : List.<UnaryOperator<UserMessage>>of(UserMessage::byWebhook, UserMessage::byStream)) {
                    String name = "durable echo, " + (rows.isEmpty() ? "webhook" : "Stream");
                    try (Load load = new Load(simulator, Bot.APP_KEY, "warm" + rows.size(), people, way, 1)) {
                        load.closedLoop(warmUp);
                    }
                    measure(name + ", closed loop, " + people + " people", "≥ " + figure(ECHO_PER_SECOND) + "/s", run,
                            simulator, people, way, 1, load -> load.closedLoop(duration),
                            outcome -> outcome.perSecond() >= ECHO_PER_SECOND);
                    measure(name + ", open loop, " + rate + "/s", "p99 < " + figure(ECHO_P99_MILLIS) + " ms, ack p99 < "
                            + figure(ACK_P99_MILLIS) + " ms", run, simulator, 10 * people, way, 1, load -> load.openLoop(rate, duration),
                            outcome -> outcome.replies().percentile(99) < ECHO_P99_MILLIS
                                    && outcome.acks().percentile(99) < ACK_P99_MILLIS);
                }
            }
        }
        if (wanted("large")) {
            try (Simulator simulator = simulator(); PackagedJar jar = jar(simulator)) {
                for (boolean large : new boolean[] {false, true}) {
                    if (large) {
                        FilledStore.fill(jar.workingDirectory().resolve("data"), done, known);
                    }
                    try (PackagedJar.Run run = started(jar, simulator)) {
                        String store = large ? String.format(Locale.ROOT, "%,d done messages, %,d conversations known", done, known)
                                : "empty store";
                        try (Load load = new Load(simulator, Bot.APP_KEY, "warm" + rows.size(), people, UserMessage::byStream, 1)) {
                            load.closedLoop(warmUp);
                        }
                        measure("durable echo, Stream, closed loop, " + people + " people, " + store,
                                large ? "CPU ≤ " + MOST_GROWTH + " × that of an empty store" : "none lost", run, simulator, people,
                                UserMessage::byStream, 1, load -> load.closedLoop(duration), outcome -> !large || cpuMillis <= MOST_GROWTH * empty);
                        empty = cpuMillis;
                        run.terminate().exitStatus();
                    }
                }
            }
        }
        if (wanted("long")) {
            String part = "很长的一段话。".repeat(700);
            try (Simulator simulator = simulator(); PackagedJar jar = jar(simulator).file("routes/essayist.yaml", """
                    - route:
                        from:
                          uri: agent:essayist
                          parameters:
                            trigger: main
                          steps:
                            - setProperty:
                                name: asked
                                simple: "${body.replaceAll(' .*', '')}"
                            - setBody:
                                simple: "${exchangeProperty.asked} 1 %1$s\\n\\n${exchangeProperty.asked} 2 %1$s\\n\\n${exchangeProperty.asked} 3 %1$s"
                    """.formatted(part)); PackagedJar.Run run = started(jar, simulator)) {
                try (Load load = new Load(simulator, Bot.APP_KEY, "warm", people, UserMessage::byWebhook, PARTS)) {
                    load.closedLoop(warmUp);
                }
                measure("replies of " + PARTS + " chunks, webhook, closed loop, " + people + " people", "none lost", run,
                        simulator, people, UserMessage::byWebhook, PARTS, load -> load.closedLoop(duration), outcome -> true);
            }
        }
        if (wanted("slow")) {
            Vertx vertx = Vertx.vertx();
            // the agent's own service, which thinks for so long
            int port = vertx.createHttpServer(new HttpServerOptions().setAcceptBacklog(4_096))
                    .requestHandler(request -> request.body()
                            .onSuccess(body -> vertx.setTimer(wait.toMillis(), due -> request.response().end(body))))
                    .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get().actualPort();
            try (Simulator simulator = simulator(); PackagedJar jar = jar(simulator).file("routes/thinker.yaml", """
                    - route:
                        from:
                          uri: agent:thinker
                          parameters:
                            trigger: main
                          steps:
                            - removeHeaders: { pattern: "*" }
                            - to: http://127.0.0.1:%d/think
                            - convertBodyTo: { type: String }
                    """.formatted(port)); PackagedJar.Run run = started(jar, simulator)) {
                measure("slow agents over HTTP: " + conversations + " conversations at once wait " + wait.toSeconds() + " s, Stream",
                        "last reply < " + figure((wait.toMillis() + SLOW_EXTRA_MILLIS) / 1e3) + " s", run, simulator, conversations,
                        UserMessage::byStream, 1, load -> load.openLoop(conversations, Duration.ofSeconds(1)),
                        outcome -> outcome.replies().percentile(100) < wait.toMillis() + SLOW_EXTRA_MILLIS);
            } finally {
                vertx.close();
            }
        }
        String report = report();
        Files.writeString(Path.of("target", "performance.md"), report);
        System.out.println();
        System.out.println(report);
        return faults.isEmpty();
    }

    private boolean wanted(String scenario) {
        return only.isEmpty() && !scenario.equals("large") || List.of(only.split(",")).contains(scenario);
    }

    private Simulator simulator() {
        return PackagedJar.simulator(SimulatorOptions.defaults().pushTimeout(Duration.ofSeconds(60)));
    }

    /** As people run it: with both compilers, unlike the many short runs of tests. */
    private static PackagedJar jar(Simulator simulator) throws Exception {
        PackagedJar jar = PackagedJar.facing(simulator).option("-XX:TieredStopAtLevel=4").option("-Xmx1g");
        Stream.of(System.getProperty("bench.options", "").split(" ")).filter(option -> !option.isBlank()).forEach(jar::option);
        return jar;
    }

    private static PackagedJar.Run started(PackagedJar jar, Simulator simulator) throws Exception {
        PackagedJar.Run run = jar.start();
        simulator.callbackUrl(Bot.APP_KEY, run.webhookUrl("main"));
        run.awaitLog("Stream connection 1 of integration main is connected")
                .awaitLog("Stream connection 2 of integration main is connected");
        return run;
    }

    private void measure(String name, String target, PackagedJar.Run run, Simulator simulator, int talkers, UnaryOperator<UserMessage> way,
            int parts, Function<Load, Load.Outcome> loop, Function<Load.Outcome, Boolean> met) {
        try (Load load = new Load(simulator, Bot.APP_KEY, "p" + rows.size() + "x", talkers, way, parts)) {
            Usage before = Usage.of(run.process());
            Load.Outcome outcome = loop.apply(load);
            Usage after = Usage.of(run.process());
            Times replies = outcome.replies();
            cpuMillis = after.cpuSecondsSince(before) * 1_000 / Math.max(1, replies.count());
            Times acks = outcome.acks();
            String row = String.join(" | ", "| " + name, figure(outcome.perSecond()),
                    figure(replies.percentile(50)) + " / " + figure(replies.percentile(95)) + " / " + figure(replies.percentile(99)),
                    figure(acks.percentile(50)) + " / " + figure(acks.percentile(99)),
                    String.format(Locale.ROOT, "%.2f", cpuMillis),
                    String.valueOf(Usage.residentMiB(run.process())), figure(after.stealSince(before)) + " % / "
                    + figure(after.othersSince(before)) + " %", outcome.sent() + " / " + outcome.refused() + " / " + outcome.lost() + " / "
                    + outcome.doubled() + " / " + outcome.outOfOrder(), target + (met.apply(outcome) ? " ✓" : " **missed**") + " |");
            System.out.println(row);
            rows.add(row);
            if (!outcome.right()) {
                faults.add(name + (outcome.refusal() == null ? "" : ": " + outcome.refusal()));
            }
        }
    }

    private String report() {
        Runtime runtime = Runtime.getRuntime();
        StringBuilder report = new StringBuilder();
        report.append(LocalDate.now(ZoneOffset.UTC)).append(": ").append(runtime.availableProcessors()).append(" cores (")
                .append(System.getProperty("bench.machine", "shared with other work")).append("), ")
                .append(System.getProperty("java.vm.name")).append(' ')
                .append(Runtime.version()).append(", ").append(System.getProperty("os.name")).append(". ").append(duration.toSeconds())
                .append(" s each after ").append(warmUp.toSeconds())
                .append(" s of warm-up; application, simulator and driver share the cores.\n\n");
        report.append("| scenario | replies/s | push to reply p50 / p95 / p99, ms | push to ack p50 / p99, ms | CPU per message, ms | "
                + "RSS, MiB | steal / other work "
                + "| sent / refused / lost / doubled / out of order | target |\n|---|---|---|---|---|---|---|---|---|\n");
        rows.forEach(row -> report.append(row).append('\n'));
        faults.forEach(fault -> report.append("\n**Wrong**: ").append(fault).append('\n'));
        return report.toString();
    }

    private static String figure(double value) {
        return value >= 100 ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.1f", value).replaceFirst("\\.0$", "");
    }
}
