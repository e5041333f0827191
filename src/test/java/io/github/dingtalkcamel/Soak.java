package io.github.dingtalkcamel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.Fault;
import io.github.dingtalkcamel.simulator.fault.FaultInjector;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.simulator.stream.Disconnect;

/**
 * People talk to the packaged jar over Stream connections while all that can go wrong does, at random, for as long as one likes ({@code
 * scripts/soak}).
 * <p>
 * Each person says one thing after the other, the next when the one before was acknowledged, and what was not acknowledged again with its
 * {@code msgId}. Verdict: everything acknowledged is answered, in order, and nothing twice, but for what a {@code kill -9} hit between
 * sending an answer and noting that (docs/promises.md 5: an agent may see a message twice after a crash).
 */
final class Soak {

    private static final int PEOPLE = 60;
    private static final long PAUSE_MILLIS = 2_000;
    /** After this an acknowledged message without an answer counts as lost. All retries of a sending are over by then. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(150);
    /** An answer that went out this long before a kill may not have been noted. */
    private static final Duration UNNOTED = Duration.ofSeconds(5);

    private static final String AGENT = """
            - route:
                id: soak
                from:
                  uri: agent:soak
                  parameters:
                    trigger: main
                  steps:
                    - delay: { simple: "${random(0,200)}" }
            """;

    /** Those of {@link #oneOf} that let the next openings of connections fail. */
    private static final Set<Integer> BREAKS_OPENING = Set.of(6, 7, 8);

    private final Duration duration;
    private final Random random;
    private final Simulator simulator;
    private final PackagedJar jar;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private PackagedJar.Run run;

    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger pushes = new AtomicInteger();
    private final Map<String, Instant> acked = new ConcurrentHashMap<>();
    private final Map<String, Instant> answered = new HashMap<>();
    private final Map<String, Integer> lastOfPerson = new HashMap<>();
    private final List<String> doubled = new ArrayList<>();
    private final List<String> outOfOrder = new ArrayList<>();
    private final List<Instant> kills = new ArrayList<>();
    private int doubledByKills;
    private int unexpected;
    private long seen;
    private final AtomicInteger faults = new AtomicInteger();
    private volatile long reconnectsBefore;
    private volatile boolean over;

    private Soak(Duration duration, long seed, Simulator simulator, PackagedJar jar) throws IOException {
        this.duration = duration;
        this.random = new Random(seed);
        this.simulator = simulator;
        this.jar = jar;
        this.run = jar.start();
    }

    /** {@code [seconds [seed]]}. Ends with 0 when all that is promised was kept. */
    public static void main(String[] args) throws Exception {
        Duration duration = Duration.ofSeconds(args.length > 0 ? Long.parseLong(args[0]) : 3_600);
        long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        System.out.printf("soak: %d s, %d people, seed %d%n", duration.toSeconds(), PEOPLE, seed);
        boolean kept;
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults());
                PackagedJar jar = PackagedJar.facing(simulator).env("DINGTALK_CALLBACK", "false")
                        .env("DINGTALK_WEBHOOK_PORT", String.valueOf(Ports.quiet()))
                        .env("DINGTALK_MANAGEMENT_PORT", String.valueOf(Ports.quiet()))
                        .file("routes/soak.yaml", AGENT)) {
            kept = new Soak(duration, seed, simulator, jar).soak();
        }
        System.exit(kept ? 0 : 1);
    }

    private boolean soak() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        Instant begin = Instant.now();
        for (int person = 0; person < PEOPLE; person++) {
            int who = person;
            long seed = random.nextLong();
            threads.submit(() -> talk(who, new Random(seed)));
        }
        var injection = threads.submit(() -> injectFaults(begin));
        Instant nextLine = begin.plusSeconds(60);
        // the last fault may cause a minute's back-off
        while (!over || ((acked.size() > answered.size() || open().size() < 2)
                && Instant.now().isBefore(begin.plus(duration).plus(LAST_ANSWERS)))) {
            look();
            if (Instant.now().isAfter(nextLine)) {
                nextLine = nextLine.plusSeconds(60);
                line(begin);
            }
            pause(200);
            if (!over && Instant.now().isAfter(begin.plus(duration))) {
                over = true;
                injection.get(2, TimeUnit.MINUTES);
                simulator.faults().clear();
            }
        }
        // what would come twice would come soon
        for (int i = 0; i < 20; i++) {
            pause(200);
            look();
        }
        line(begin);
        return verdict();
    }

    private void talk(int person, Random its) {
        for (int number = 0; !over; number++) {
            String text = "p%02d-%06d".formatted(person, number);
            UserMessage said = UserMessage.text(text).from("person" + person).msgId(text).byStream();
            said = person % 4 == 0 ? said.inGroup("cidSoak" + person) : said;
            // too late for the session webhook: these are answered by the robot API
            said = its.nextInt(10) == 0 ? said.sessionExpiresAt(Instant.now().plusSeconds(30)) : said;
            sent.incrementAndGet();
            boolean done = false;
            while (!done) {
                pushes.incrementAndGet();
                if (its.nextInt(20) == 0) {
                    // the same once more, within milliseconds
                    simulator.sayAsync(said);
                }
                PushResult push = simulator.say(said);
                done = push.accepted();
                if (done) {
                    acked.put(text, Instant.now());
                } else if (over) {
                    return;
                } else {
                    pause(500 + its.nextInt(1_500));
                }
            }
            pause(its.nextInt((int) (2 * PAUSE_MILLIS)));
        }
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** What people have been shown since the last look. */
    private void look() {
        for (Delivery delivery : simulator.deliveries()) {
            if (delivery.number() > seen) {
                if (delivery.number() != seen + 1) {
                    throw new IllegalStateException("the simulator forgot deliveries before they were looked at");
                }
                seen = delivery.number();
                shown(delivery.text().substring(delivery.text().lastIndexOf('\n') + 1));
            }
        }
    }

    private void shown(String text) {
        if (!text.matches("p\\d\\d-\\d{6}")) {
            unexpected++;
            System.out.println("soak: unexpected: " + text);
            return;
        }
        Instant now = Instant.now();
        Instant before = answered.putIfAbsent(text, now);
        if (before != null) {
            synchronized (kills) {
                if (kills.stream().anyMatch(kill -> !kill.isAfter(now) && before.isAfter(kill.minus(UNNOTED))
                        && before.isBefore(kill.plusSeconds(1)))) {
                    doubledByKills++;
                } else {
                    doubled.add(text);
                }
            }
            return;
        }
        String person = text.substring(0, 3);
        int number = Integer.parseInt(text.substring(4));
        if (lastOfPerson.getOrDefault(person, -1) > number) {
            outOfOrder.add(text);
        }
        lastOfPerson.merge(person, number, Math::max);
    }

    // faults

    private void injectFaults(Instant begin) {
        Duration betweenKills = Duration.ofSeconds(Math.max(25, Math.min(600, duration.toSeconds() / 4)));
        Instant nextKill = begin.plus(betweenKills);
        try {
            while (!over) {
                pause(1_000 + random.nextInt(5_000));
                if (Instant.now().isAfter(nextKill)) {
                    kill();
                    nextKill = Instant.now().plus(betweenKills);
                } else {
                    oneOf(random.nextInt(18));
                }
                faults.incrementAndGet();
            }
        } catch (Exception e) {
            e.printStackTrace();
            over = true;
        }
    }

    private void kill() throws IOException {
        reconnectsBefore += losses();
        synchronized (kills) {
            run.kill9();
            kills.add(Instant.now());
        }
        run = jar.start();
    }

    private void oneOf(int which) {
        FaultInjector plan = simulator.faults();
        int times = 1 + random.nextInt(5);
        if (BREAKS_OPENING.contains(which) && open().size() < 2) {
            // more of it while it still works would pile up faster than the back-off uses it up: a gateway that never recovers
            return;
        }
        switch (which) {
            case 0, 1 -> anyConnection(id -> simulator.stream()
                    .disconnect(id, Disconnect.after(Duration.ofMillis(1 + random.nextInt(5_000)))
                    .ending(Disconnect.Ending.values()[random.nextInt(4)])));
            case 2, 3 -> anyConnection(simulator.stream()::reset);
            case 4 -> anyConnection(id -> simulator.stream().close(id, random.nextBoolean() ? 1_000 : 1_011));
            case 5 -> anyConnection(simulator.stream()::blackHole);
            case 6 -> {
                plan.on(ApiFamily.CONNECT).times(times).fail(503);
                anyConnection(simulator.stream()::reset);
            }
            case 7 -> {
                plan.on(ApiFamily.STREAM).neverAnswer();
                anyConnection(simulator.stream()::reset);
            }
            case 8 -> {
                plan.on(ApiFamily.CONNECT).cause(random.nextBoolean() ? new Fault.NeverAnswer()
                        : new Fault.DropAfter());
                anyConnection(id -> simulator.stream().close(id, 1_001));
            }
            case 9 -> away(Duration.ofSeconds(1 + random.nextInt(15)));
            case 10 -> simulator.expireToken(Bot.APP_KEY);
            case 11 -> plan.on(ApiFamily.SESSION_WEBHOOK).times(times).throttle();
            case 12 -> plan.on(ApiFamily.SESSION_WEBHOOK).times(times).fail(500 + random.nextInt(5));
            case 13 -> plan.on(ApiFamily.SESSION_WEBHOOK).times(times).dropAfter();
            case 14 -> plan.on(ApiFamily.SESSION_WEBHOOK).times(times).slow(Duration.ofMillis(1 + random.nextInt(3_000)));
            case 15 -> plan.on(ApiFamily.ROBOT).times(times).throttle();
            case 16 -> plan.on(ApiFamily.ROBOT).times(times).fail(502);
            case 17 -> plan.on(ApiFamily.TOKEN).times(times).fail(503);
            default -> throw new IllegalArgumentException("no fault " + which);
        }
    }

    /** No connection is open, and none can be opened. */
    private void away(Duration time) {
        FaultInjector.Planned shut = simulator.faults().on(ApiFamily.STREAM).untilCleared().fail(502);
        open().forEach(simulator.stream()::reset);
        pause(time.toMillis());
        shut.clear();
    }

    private interface On {
        void connection(String id);
    }

    private void anyConnection(On what) {
        List<String> open = open();
        if (!open.isEmpty()) {
            try {
                what.connection(open.get(random.nextInt(open.size())));
            } catch (IllegalArgumentException gone) {
                // it ended meanwhile by itself
            }
        }
    }

    private List<String> open() {
        return simulator.stream().connections().stream().filter(connection -> connection.state() == Connection.State.OPEN)
                .map(Connection::id).toList();
    }

    // figures

    private void line(Instant begin) {
        Duration past = Duration.between(begin, Instant.now());
        System.out.printf(Locale.ROOT,
                "soak: %3d:%02d  sent %d (%d pushes)  acked %d  answered %d  doubled %d (by kills %d)  out of order %d  "
                + "faults %d  kills %d  reconnects %d  open %d  RSS %s%n", past.toMinutes(), past.toSecondsPart(), sent.get(), pushes.get(),
                acked.size(), answered.size(), doubled.size(), doubledByKills, outOfOrder.size(), faults.get(), kills.size(),
                reconnectsBefore + losses(), open().size(), rss());
    }

    private long losses() {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/metrics"))
                    .timeout(Duration.ofSeconds(5)).build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body().lines()
                    .filter(line -> line.startsWith("dingtalk_stream_losses_total{"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' ') + 1))).sum();
        } catch (IOException | AssertionError e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private String rss() {
        try {
            return Files.readAllLines(Path.of("/proc", String.valueOf(run.process().pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1_024 + " MB").findFirst().orElse("?");
        } catch (IOException e) {
            return "?";
        }
    }

    private boolean verdict() throws Exception {
        List<String> lost = acked.keySet().stream().filter(text -> !answered.containsKey(text)).sorted().toList();
        long deadLetters = ((Number) jar.rows("select count(*) from dead_letter").get(0).get(0)).longValue();
        boolean memory = (run.log() + run.errors()).contains("OutOfMemoryError");
        boolean kept = lost.isEmpty() && doubled.isEmpty() && outOfOrder.isEmpty() && unexpected == 0 && !memory && acked.size() > PEOPLE
                && open().size() == 2;
        System.out.printf("soak: lost %d %s, doubled %d %s, out of order %d %s, dead letters %d, log lines at ERROR %d%s%n", lost.size(),
                some(lost), doubled.size(), some(doubled), outOfOrder.size(), some(outOfOrder), deadLetters,
                run.log().lines().filter(line -> line.contains(" ERROR ")).count(), memory ? ", out of memory" : "");
        System.out.println("soak: " + (kept ? "all promises kept" : "NOT all promises kept"));
        if (!kept) {
            Path log = Files.createTempFile("soak", ".log");
            Files.writeString(log, run.log() + run.errors());
            System.out.println("soak: the last process's log is " + log);
        }
        return kept;
    }

    private static List<String> some(List<String> texts) {
        return texts.subList(0, Math.min(5, texts.size()));
    }
}
