package io.github.dingtalkcamel.bench;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What Linux counts of a process and of the machine, at one moment (proc(5)).
 *
 * @param cpuSeconds of the process, in user and kernel mode
 * @param ownSeconds of this process, likewise
 * @param busy       ticks in which the machine worked, for whomever
 * @param steal      ticks in which the machine wanted to run and its host did not let it, all processors together
 * @param ticks      all ticks of all processors
 */
public record Usage(double cpuSeconds, double ownSeconds, long busy, long steal, long ticks) {

    /** USER_HZ, which is 100 on all of Linux's platforms that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    public static Usage of(Process process) {
        long[] cpu = Arrays.stream(read("/proc/stat").lines().findFirst().orElseThrow().trim().split(" +")).skip(1)
                .mapToLong(Long::parseLong).toArray();
        long ticks = Arrays.stream(cpu).limit(8).sum();
        long idle = cpu[3] + cpu[4];
        return new Usage(seconds(process.pid()), seconds(ProcessHandle.current().pid()), ticks - idle - cpu[7], cpu[7], ticks);
    }

    private static double seconds(long pid) {
        String[] stat = read("/proc/" + pid + "/stat").replaceFirst(".*\\) ", "").split(" ");
        return (Long.parseLong(stat[11]) + Long.parseLong(stat[12])) / TICKS_PER_SECOND;
    }

    public double cpuSecondsSince(Usage before) {
        return cpuSeconds - before.cpuSeconds;
    }

    /** In per cent of the machine. */
    public double stealSince(Usage before) {
        return 100.0 * (steal - before.steal) / Math.max(1, ticks - before.ticks);
    }

    /** What neither the process nor this one, but others on the machine used, in per cent of it. */
    public double othersSince(Usage before) {
        double ours = (cpuSeconds - before.cpuSeconds + ownSeconds - before.ownSeconds) * TICKS_PER_SECOND;
        return 100.0 * Math.max(0, busy - before.busy - ours) / Math.max(1, ticks - before.ticks);
    }

    /** Memory that the process has in RAM now, in MiB. */
    public static long residentMiB(Process process) {
        return status(process, "VmRSS:");
    }

    /** The most memory that the process had in RAM since it began, in MiB. */
    static long peakMiB(Process process) {
        return status(process, "VmHWM:");
    }

    private static long status(Process process, String name) {
        return read("/proc/" + process.pid() + "/status").lines().filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024).findFirst().orElse(0);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
