package io.github.dingtalkcamel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What Linux counts of a process and of the machine, at one moment (proc(5)).
 *
 * @param cpuSeconds of the process, in user and kernel mode
 * @param steal      ticks in which the machine wanted to run and its host did not let it, all processors together
 * @param ticks      all ticks of all processors
 */
record Usage(double cpuSeconds, long steal, long ticks) {

    /** USER_HZ, which is 100 on all of Linux's platforms that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    static Usage of(Process process) {
        String[] stat = read("/proc/" + process.pid() + "/stat").replaceFirst(".*\\) ", "").split(" ");
        long[] cpu = Arrays.stream(read("/proc/stat").lines().findFirst().orElseThrow().trim().split(" +")).skip(1).mapToLong(Long::parseLong).toArray();
        return new Usage((Long.parseLong(stat[11]) + Long.parseLong(stat[12])) / TICKS_PER_SECOND, cpu[7], Arrays.stream(cpu).limit(8).sum());
    }

    double cpuSecondsSince(Usage before) {
        return cpuSeconds - before.cpuSeconds;
    }

    /** In per cent of the machine. */
    double stealSince(Usage before) {
        return 100.0 * (steal - before.steal) / Math.max(1, ticks - before.ticks);
    }

    /** Memory that the process has in RAM now, in MiB. */
    static long residentMiB(Process process) {
        return read("/proc/" + process.pid() + "/status").lines().filter(line -> line.startsWith("VmRSS:"))
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
