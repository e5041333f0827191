package io.github.dingtalkcamel.bench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Measures this application beside DingTalk's official Java Stream client: in one run, against one simulator, by turns, each time a new
 * process ({@code scripts/bench}; docs/performance.md says how to read the tables). Prints them as Markdown and writes them to {@code
 * target/bench.md}. Ends with status 1 where a message was refused, lost, answered twice, or, by this application, out of order. Speed
 * decides nothing: it depends on the machine.
 */
final class Bench {

    private static final Path JAR = Path.of("target", "dingtalk-camel.jar").toAbsolutePath();
    private static final Path DISTRIBUTION = Path.of("target", "bench-distribution").toAbsolutePath();
    private static final String BY_SCRIPT = "by the start script";

    private final boolean quick = set("bench.quick");
    private final int rounds = Integer.getInteger("bench.rounds", 3);
    private final int people = Integer.getInteger("bench.conversations", 64);
    /** Messages of the cold phase, those before the warm phase in all, and those of the warm phase. */
    private final int cold = Integer.getInteger("bench.cold", quick ? 1_000 : 10_000);
    private final int before = Integer.getInteger("bench.warm-after", quick ? 3_000 : 60_000);
    private final int warm = Integer.getInteger("bench.messages", quick ? 2_000 : 20_000);
    private final int openSeconds = Integer.getInteger("bench.open-seconds", quick ? 3 : 15);
    private final boolean profile = set("bench.profile");
    private final List<String> options = options("bench.options", "-Xmx256m");
    private final List<Contender> contenders = new ArrayList<>();

    private final Map<Contender, Figures> figures = new LinkedHashMap<>();
    private final Samples ceiling = new Samples();
    private final List<String> profiles = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    /** What was measured of one contender, a value a round. */
    private static final class Figures {
        final Samples warmSpeed = new Samples();
        final Samples warmRatio = new Samples();
        final Samples warmCpu = new Samples();
        final Samples cpuRatio = new Samples();
        final Samples coldSpeed = new Samples();
        final Samples coldRatio = new Samples();
        final Samples coldCpu = new Samples();
        final Samples allocated = new Samples();
        final Samples peak = new Samples();
        final Samples end = new Samples();
        final Samples steal = new Samples();
        final Samples startSeconds = new Samples();
        final Samples startCpu = new Samples();
        final Samples openRate = new Samples();
        final Samples openP50 = new Samples();
        final Samples openP99 = new Samples();
        int lost;
        int doubled;
        int outOfOrder;

        void count(PhaseResult result) {
            lost += result.lost() + result.refused();
            doubled += result.doubled();
            outOfOrder += result.outOfOrder();
        }
    }

    /** Speed and CPU of a contender's warm phase in one round. */
    private record Warm(double perSecond, double cpuMillis) {
    }

    public static void main(String[] args) throws Exception {
        System.exit(new Bench().run() ? 0 : 1);
    }

    private static boolean set(String property) {
        String value = System.getProperty(property);
        return value != null && !value.equals("false");
    }

    private static List<String> options(String property, String otherwise) {
        return Stream.of(System.getProperty(property, otherwise).split(" ")).filter(option -> !option.isBlank()).toList();
    }

    private void findContenders() throws IOException, InterruptedException {
        contenders.add(Contender.official(options));
        addBothWays("this jar", JAR, options);
        say("making the start script's archive of classes");
        addBothWays(BY_SCRIPT, UnpackedDistribution.of(JAR, DISTRIBUTION), options("bench.script-options", ""));
        String baseline = System.getProperty("bench.baseline");
        if (baseline != null) {
            Path old = Path.of(baseline).toAbsolutePath();
            if (!Files.isRegularFile(old)) {
                throw new IllegalArgumentException("-Dbench.baseline=" + baseline
                        + ": there is no such jar. It is needed with the folder lib beside it");
            }
            addBothWays("baseline jar", old, options);
        }
        contenders.forEach(contender -> figures.put(contender, new Figures()));
    }

    private void addBothWays(String name, Path program, List<String> itsOptions) {
        contenders.add(new Contender(name + ", Stream", program, false, itsOptions));
        contenders.add(new Contender(name + ", webhook", program, true, itsOptions));
    }

    private boolean run() throws Exception {
        findContenders();
        try (Driver driver = Driver.start(Path.of("target", "bench-driver.log"))) {
            // so that the first contender does not pay for a cold simulator
            driver.ceiling(people, cold + warm);
            for (int round = 0; round < rounds; round++) {
                ceiling.add(driver.ceiling(people, warm).perSecond());
                List<Contender> order = new ArrayList<>(contenders);
                Collections.rotate(order, -round);
                Map<Contender, Warm> speeds = new LinkedHashMap<>();
                for (Contender contender : order) {
                    say("round " + (round + 1) + " of " + rounds + ": " + contender.name());
                    speeds.put(contender, measure(contender, driver, round));
                }
                Warm official = speeds.get(contenders.get(0));
                speeds.forEach((contender, its) -> {
                    figures.get(contender).warmRatio.add(its.perSecond / official.perSecond);
                    figures.get(contender).cpuRatio.add(its.cpuMillis / official.cpuMillis);
                });
                figures.values().forEach(each -> each.coldRatio.add(each.coldSpeed.last() / official.perSecond));
            }
        }
        String report = report();
        Files.writeString(Path.of("target", "bench.md"), report);
        System.out.println(report);
        return faults.isEmpty();
    }

    private Warm measure(Contender contender, Driver driver, int round) throws Exception {
        Figures its = figures.get(contender);
        String app = "dingbench" + contenders.indexOf(contender) + "x" + round;
        try (MeasuredProcess process = MeasuredProcess.start(contender, driver, app)) {
            its.startSeconds.add(process.startSeconds());
            its.startCpu.add(process.startCpuSeconds());
            Usage begin = Usage.of(process.process());

            PhaseResult first = closed(contender, driver, process, cold);
            its.coldSpeed.add(first.perSecond());
            its.coldCpu.add(cpuMillis(process, begin, first));
            if (before > cold) {
                closed(contender, driver, process, before - cold);
            }

            Usage beforeWarm = Usage.of(process.process());
            PhaseResult second = closed(contender, driver, process, warm);
            Warm result = new Warm(second.perSecond(), cpuMillis(process, beforeWarm, second));
            its.warmSpeed.add(result.perSecond);
            its.warmCpu.add(result.cpuMillis);

            int rate = (int) Math.max(1, second.perSecond() / 2);
            PhaseResult open = driver.openLoop(app, contender.webhook(), people, rate, openSeconds);
            check(contender, "open loop", open, contender.isOfficial());
            its.openRate.add(rate);
            its.openP50.add(open.p50());
            its.openP99.add(open.p99());
            its.peak.add(Usage.peakMiB(process.process()));
            its.end.add(Usage.residentMiB(process.process()));
            its.steal.add(Usage.of(process.process()).stealSince(begin));

            // the connection by JMX first, so that what it costs is not counted
            process.allocated();
            MeasuredProcess.Allocated bytes = process.allocated();
            PhaseResult third = closed(contender, driver, process, warm / 2);
            its.allocated.add(process.allocated().since(bytes) / 1024.0 / Math.max(1, third.answered()));

            if (profile && !contender.isOfficial() && round == rounds - 1) {
                Path recording = Path.of("target", "bench-" + contender.name().replaceAll("[^a-zA-Z]+", "-") + ".jfr");
                process.beginRecording();
                closed(contender, driver, process, warm);
                process.endRecording(recording);
                profiles.add("### Where the CPU went: " + contender.name() + "\n\n" + CpuProfile.of(recording).markdown());
            }
            return result;
        }
    }

    private PhaseResult closed(Contender contender, Driver driver, MeasuredProcess process, int messages) throws IOException {
        PhaseResult result = driver.closedLoop(process.appKey(), contender.webhook(), people, messages);
        check(contender, "closed loop", result, false);
        return result;
    }

    /** The official client promises no order between two messages that run at the same time, as they do in an open loop. */
    private void check(Contender contender, String phase, PhaseResult result, boolean mayDisorder) {
        figures.get(contender).count(result);
        if (!result.complete() || !mayDisorder && result.outOfOrder() > 0) {
            faults.add(contender.name() + ", " + phase + ": " + result.faults());
        }
    }

    private static double cpuMillis(MeasuredProcess process, Usage since, PhaseResult result) {
        return Usage.of(process.process()).cpuSecondsSince(since) * 1_000 / Math.max(1, result.answered());
    }

    private static void say(String progress) {
        System.err.println(progress);
    }

    private String report() {
        StringBuilder report = new StringBuilder();
        report.append(LocalDate.now(ZoneOffset.UTC)).append(": ").append(Runtime.getRuntime().availableProcessors()).append(" cores (")
                .append(System.getProperty("bench.machine", "shared with other work")).append("), ")
                .append(System.getProperty("java.vm.name")).append(' ')
                .append(Runtime.version()).append(", ").append(System.getProperty("os.name")).append(". ").append(people)
                .append(" conversations; medians of ").append(rounds).append(" rounds (least–most); options of plain `java`: ")
                .append(options.isEmpty() ? "none" : "`" + String.join(" ", options) + "`").append(". Cold: the first ")
                .append(number(cold))
                .append(" messages; warm: ").append(number(warm)).append(" after ").append(number(before))
                .append(". Ceiling, a bare echo in the driver: ").append(ceiling.shown("%.0f")).append(" messages/s.\n\n");
        table(report, List.of("", "warm, messages/s", "× official", "CPU per message, ms", "× official", "cold, messages/s",
                "cold × official warm", "cold CPU, ms"),
                its -> List.of(its.warmSpeed.shown("%.0f"), its.warmRatio.shown("%.2f"), its.warmCpu.shown("%.2f"),
                its.cpuRatio.shown("%.1f"), its.coldSpeed.shown("%.0f"), its.coldRatio.shown("%.2f"), its.coldCpu.shown("%.2f")));
        table(report, List.of("", "allocated per message, KiB", "RSS peak, MiB", "RSS at the end, MiB", "start, s", "CPU of the start, s",
                "open loop, messages/s", "p50, ms", "p99, ms", "steal, %", "lost / doubled / out of order"),
                its -> List.of(its.allocated.shown("%.0f"), its.peak.shown("%.0f"), its.end.shown("%.0f"), its.startSeconds.shown("%.1f"),
                        its.startCpu.shown("%.1f"), its.openRate.shown("%.0f"), its.openP50.shown("%.1f"), its.openP99.shown("%.1f"),
                        its.steal.shown("%.1f"), its.lost + " / " + its.doubled + " / " + its.outOfOrder));
        profiles.forEach(each -> report.append(each).append('\n'));
        faults.forEach(fault -> report.append("**Wrong**: ").append(fault).append("\n\n"));
        return report.toString();
    }

    private void table(StringBuilder report, List<String> head, Function<Figures, List<String>> cells) {
        report.append("| ").append(String.join(" | ", head)).append(" |\n|").append("---|".repeat(head.size())).append('\n');
        figures.forEach((contender, its) -> report.append("| ").append(contender.name()).append(" | ")
                .append(String.join(" | ", cells.apply(its)))
                .append(" |\n"));
        report.append('\n');
    }

    private static String number(int value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
