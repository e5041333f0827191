package io.github.dingtalkcamel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.model.ModelFault;
import io.github.dingtalkcamel.simulator.model.ModelRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;

/**
 * Many conversations wait 30 s for a language model while others are answered, with the packaged jar (run by {@code scripts/waiting-models}):
 * prints what was promised and what was seen; exit status 1 where they differ. Then {@code /stop} in some conversations whose model never
 * ends: how long until the connection to the model is closed.
 */
public final class WaitingModels {

    private static final int OTHERS = 50;
    private static final int JAVA_WITH_VIRTUAL_THREADS = 21;
    private static final int BOUND_BEFORE = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final List<String> broken = new ArrayList<>();

    private WaitingModels() {
    }

    public static void main(String[] args) throws Exception {
        System.exit(new WaitingModels().run(args.length > 0 ? Integer.parseInt(args[0]) : 2_000) ? 0 : 1);
    }

    private void check(String promise, boolean kept, String seen) {
        System.out.printf("%-4s %-60s %s%n", kept ? "ok" : "FAIL", promise, seen);
        if (!kept) {
            broken.add(promise);
        }
    }

    private boolean run(int conversations) throws Exception {
        boolean virtual = Runtime.version().feature() >= JAVA_WITH_VIRTUAL_THREADS;
        System.out.println("Java " + Runtime.version() + ", " + conversations + " conversations wait 30 s");
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults().recordSize(4 * conversations + 1_000));
                PackagedJar jar = PackagedJar.facing(simulator).env("DINGTALK_LLM_BASE_URL", simulator.url() + "/v1")
                        .env("DINGTALK_LLM_MODEL", "slow-model")) {
            if (virtual) {
                jar.env("DINGTALK_MAX_RUNNING_TURNS", String.valueOf(conversations + 10 * OTHERS));
            }
            PackagedJar.Run run = jar.start();
            Awaitility.await().atMost(PATIENCE).until(() -> simulator.stream().connections().size() == 2);
            simulator.model().plan(ModelFault.WAIT, conversations);
            List<CompletableFuture<?>> said = new ArrayList<>();
            IntStream.range(0, conversations).forEach(i -> said.add(simulator.sayAsync(UserMessage.text("wait").from("waiting" + i)
                    .byStream())));
            CompletableFuture.allOf(said.toArray(CompletableFuture[]::new)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (virtual) {
                meanwhile(simulator, run, conversations);
            } else {
                bounded(simulator, run);
            }
            Awaitility.await().atMost(PATIENCE.multipliedBy(virtual ? 1 : 3)).pollInterval(Duration.ofMillis(200))
                    .until(() -> IntStream.range(0, conversations).allMatch(i -> !simulator.deliveriesTo(simulator.dm(Bot.APP_KEY,
                    "waiting" + i)).isEmpty()));
            long right = IntStream.range(0, conversations).filter(i -> simulator.deliveriesTo(simulator.dm(Bot.APP_KEY, "waiting" + i))
                    .stream()
                    .allMatch(each -> each.text().startsWith("[simulated model] You said: wait"))).count();
            check("each that waited is answered once", right == conversations
                    && simulator.model().requests().stream().filter(each -> each.body().toString().contains("\"wait\""))
                    .count() == conversations,
                    right + " of " + conversations);
            stops(simulator);
        }
        return broken.isEmpty();
    }

    private void meanwhile(Simulator simulator, PackagedJar.Run run, int conversations) throws Exception {
        Awaitility.await().atMost(Duration.ofSeconds(25)).until(() -> waiting(simulator) == conversations);
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < OTHERS; i++) {
            String dm = simulator.dm(Bot.APP_KEY, "other" + i);
            long begun = System.nanoTime();
            simulator.sayAsync(UserMessage.text("hello").from("other" + i).byStream());
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> !simulator.deliveriesTo(dm).isEmpty());
            millis.add((System.nanoTime() - begun) / 1_000_000);
        }
        millis.sort(null);
        long still = waiting(simulator);
        check("others are answered while all of them wait", still == conversations,
                still + " wait; " + OTHERS + " others: median " + millis.get(OTHERS / 2) + " ms, slowest " + millis.get(OTHERS - 1)
                + " ms");
        System.out.println("     " + status(run.process().pid()));
    }

    private void bounded(Simulator simulator, PackagedJar.Run run) throws Exception {
        Awaitility.await().atMost(PATIENCE).until(() -> waiting(simulator) == BOUND_BEFORE);
        long most = 0;
        for (int i = 0; i < 200; i++) {
            most = Math.max(most, waiting(simulator));
            TimeUnit.MILLISECONDS.sleep(50);
        }
        check("no more than " + BOUND_BEFORE + " turns run at once", most == BOUND_BEFORE, "most " + most);
        System.out.println("     " + status(run.process().pid()));
    }

    private static long waiting(Simulator simulator) {
        return simulator.model().requests().stream().filter(each -> !each.answered().isDone())
                .filter(each -> each.body().toString().contains("\"wait\"")).count();
    }

    private static String status(long pid) throws Exception {
        Path status = Path.of("/proc/" + pid + "/status");
        return Files.isReadable(status) ? String.join(", ", Files.readAllLines(status).stream()
                .filter(line -> line.matches("(Threads|VmRSS):.*"))
                .map(line -> line.replaceAll("\\s+", " ")).toList()) : "";
    }

    private void stops(Simulator simulator) throws Exception {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < OTHERS; i++) {
            simulator.model().plan(ModelFault.NEVER_END, 1);
            int before = simulator.model().requests().size();
            simulator.sayAsync(UserMessage.text("count").from("stopping" + i).byStream());
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> simulator.model().requests()
                    .size() > before);
            ModelRequest request = simulator.model().requests().get(before);
            long begun = System.nanoTime();
            CompletableFuture<Long> closed = request.answered().thenApply(whole -> System.nanoTime());
            simulator.sayAsync(UserMessage.text("/stop").from("stopping" + i).byStream());
            millis.add((closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS) - begun) / 1e6);
        }
        millis.sort(null);
        check("/stop closes the connection to the model within 200 ms", millis.get(OTHERS - 1) <= 200,
                String.format("from the message on, %d stops: median %.1f ms, slowest %.1f ms", OTHERS, millis.get(OTHERS / 2),
                millis.get(OTHERS - 1)));
    }
}
