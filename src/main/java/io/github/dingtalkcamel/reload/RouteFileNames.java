package io.github.dingtalkcamel.reload;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The names of packaged route files, and which files hold the routes of those that the program had before. */
final class RouteFileNames {

    private static final String EXTENSION = ".camel.yaml";

    /**
     * By the short name of a former file: short names of today's files. One that ends with {@code -} covers all names that begin with it.
     */
    private static final Map<String, List<String>> SUCCESSORS = Map.ofEntries(
            Map.entry("accept", List.of("inbound-message")),
            Map.entry("admin", List.of("admin-")),
            Map.entry("agents", List.of("turn-agent-echo")),
            Map.entry("api-access", List.of("support-api-access", "support-errors", "tool-call")),
            Map.entry("attachments", List.of("support-attachments")),
            Map.entry("card-callbacks", List.of("inbound-card")),
            Map.entry("command-bind", List.of("command-run")),
            Map.entry("command-conversation", List.of("command-run")),
            Map.entry("commands", List.of("command-run")),
            Map.entry("custom-robot", List.of("robot-")),
            Map.entry("dead-letters", List.of("admin-dead-letters", "turn-queue")),
            Map.entry("dingtalk-api", List.of("support-errors", "support-tokens")),
            Map.entry("errors", List.of("support-errors")),
            Map.entry("events", List.of("inbound-event")),
            Map.entry("housekeeping", List.of("support-housekeeping")),
            Map.entry("list-users", List.of("tool-list-users")),
            Map.entry("reply", List.of("reply-")),
            Map.entry("send-file", List.of("tool-send-file")),
            Map.entry("stream", List.of("inbound-stream")),
            Map.entry("thinking", List.of("turn-reaction")),
            Map.entry("token", List.of("support-tokens")),
            Map.entry("tools", List.of("tool-")),
            Map.entry("turns", List.of("turn-answer", "turn-queue")),
            Map.entry("webhook", List.of("inbound-webhook")));

    private RouteFileNames() {
    }

    /** A file's name without {@code .camel.yaml}, {@code .yaml} or {@code .yml}. */
    static String shortName(String name) {
        return name.replaceFirst("(\\.camel)?(\\.ya?ml)?$", "");
    }

    /**
     * The files that hold the routes of a file that the program no longer has, as a text for people.
     *
     * @param name     of a file, with or without its extension
     * @param packaged full names of today's files
     * @return short names, separated by commas; empty where the file is still packaged, never was, or nothing of it is left
     */
    static Optional<String> successors(String name, Collection<String> packaged) {
        String former = shortName(name);
        if (packaged.contains(former + EXTENSION)) {
            return Optional.empty();
        }
        List<String> known = SUCCESSORS.getOrDefault(former, List.of());
        String names = new TreeSet<>(packaged).stream().map(RouteFileNames::shortName)
                .filter(today -> known.stream().anyMatch(each -> each.endsWith("-") ? today.startsWith(each) : today.equals(each)))
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? Optional.empty() : Optional.of(names);
    }
}
