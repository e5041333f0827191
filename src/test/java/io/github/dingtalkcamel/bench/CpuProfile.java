package io.github.dingtalkcamel.bench;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where a process spent its CPU by the samples of a recording of Flight Recorder. Samples are of Java code: compilers, garbage collection
 * and the kernel are not among them.
 */
final class CpuProfile {

    private static final int METHODS = 15;
    private static final Map<String, String> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put("io.github.dingtalkcamel.", "this application");
        GROUPS.put("org.apache.camel.", "Camel");
        GROUPS.put("com.fasterxml.jackson.", "Jackson");
        GROUPS.put("org.sqlite.", "SQLite");
        GROUPS.put("com.zaxxer.hikari.", "Hikari");
        GROUPS.put("io.netty.", "Netty");
        GROUPS.put("io.vertx.", "Vert.x");
        GROUPS.put("io.micrometer.", "Micrometer");
        GROUPS.put("io.prometheus.", "Micrometer");
        GROUPS.put("org.apache.logging.", "log4j");
        GROUPS.put("org.slf4j.", "log4j");
        GROUPS.put("jdk.internal.net.http.", "JDK HTTP client");
        GROUPS.put("sun.nio.", "JDK sockets and files");
        GROUPS.put("java.util.concurrent.", "JDK concurrency");
        GROUPS.put("jdk.internal.misc.", "JDK concurrency");
        GROUPS.put("java.", "JDK, other");
        GROUPS.put("javax.", "JDK, other");
        GROUPS.put("jdk.", "JDK, other");
        GROUPS.put("sun.", "JDK, other");
        GROUPS.put("com.sun.", "JDK, other");
    }

    private final Map<String, Integer> threads = new HashMap<>();
    private final Map<String, Integer> topPackages = new HashMap<>();
    private final Map<String, Integer> callers = new HashMap<>();
    private final Map<String, Integer> methods = new HashMap<>();
    private int samples;

    private CpuProfile() {
    }

    static CpuProfile of(Path recording) throws IOException {
        CpuProfile profile = new CpuProfile();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals("jdk.ExecutionSample") && event.getStackTrace() != null) {
                    profile.add(event.getThread("sampledThread"), event.getStackTrace().getFrames());
                }
            }
        }
        return profile;
    }

    private void add(RecordedThread thread, List<RecordedFrame> frames) {
        samples++;
        threads.merge(thread == null || thread.getJavaName() == null ? "other" : group(thread.getJavaName()), 1, Integer::sum);
        RecordedMethod top = frames.get(0).getMethod();
        topPackages.merge(owner(top.getType().getName()), 1, Integer::sum);
        methods.merge("`" + top.getType().getName().replaceFirst(".*\\.", "") + "." + top.getName() + "`", 1, Integer::sum);
        callers.merge(frames.stream().map(frame -> owner(frame.getMethod().getType().getName())).filter(owner -> !owner.startsWith("JDK"))
                .findFirst().orElse("JDK alone"), 1, Integer::sum);
    }

    /** The name of a thread without its numbers, so that those of one pool are one. */
    private static String group(String thread) {
        return thread.isBlank() ? "virtual threads" : thread.replaceAll("[0-9]+", "#");
    }

    private static String owner(String type) {
        return GROUPS.entrySet().stream().filter(group -> type.startsWith(group.getKey())).map(Map.Entry::getValue).findFirst()
                .orElse("other libraries");
    }

    String markdown() {
        return samples + " samples of Java code.\n\n" + table("threads", threads, 12) + table("code that ran", topPackages, 20)
                + table("code that ran, or that called the JDK", callers, 20) + table("method that ran", methods, METHODS);
    }

    private String table(String name, Map<String, Integer> counts, int most) {
        StringBuilder table = new StringBuilder("| " + name + " | % |\n|---|---|\n");
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey())).limit(most)
                .forEach(each -> table.append("| ").append(each.getKey()).append(" | ")
                        .append(String.format(Locale.ROOT, "%.1f", 100.0 * each.getValue() / Math.max(1, samples))).append(" |\n"));
        return table.append('\n').toString();
    }
}
