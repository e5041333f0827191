package io.github.dingtalkcamel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;

/** The command {@code send} loads the packaged files that sending takes, and no others. */
class SendRoutesTest {

    private static final Path ROUTES = Path.of("src/main/resources/routes");
    private static final String EXTENSION = ".camel.yaml";
    private static final YAMLMapper YAML = new YAMLMapper();

    /** What routes name that the command never comes to: it calls the tools for texts, rich messages and files only. */
    private static final Set<String> NOT_CALLED = Set.of("direct:tool-dingtalk_list_users", "direct:tool-dingtalk_update_message",
            "direct:tool-dingtalk_recall_message");

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(ROUTES)) {
            return files.filter(file -> file.toString().endsWith(EXTENSION)).toList();
        }
    }

    private static JsonNode read(Path file) {
        try {
            return YAML.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(EXTENSION, "");
    }

    /** A route: its file, its error configuration, and all that it names. */
    private record Route(String file, String configuration, Set<String> endpoints) {

        static Route of(Path file, JsonNode route) {
            Set<String> endpoints = new TreeSet<>();
            collect(route.path("from").path("steps"), endpoints);
            return new Route(name(file), route.path("routeConfigurationId").asText(), endpoints);
        }

        private static void collect(JsonNode node, Set<String> endpoints) {
            if (node.isTextual() && node.textValue().matches("(direct|seda):.*")) {
                endpoints.add(node.textValue());
            }
            node.forEach(each -> collect(each, endpoints));
        }
    }

    @Test
    void loadsEachFileThatSendingComesTo() throws IOException {
        Map<String, Route> routes = new HashMap<>();
        Map<String, String> configurations = new HashMap<>();
        for (Path file : files()) {
            read(file).forEach(each -> {
                if (each.has("route")) {
                    routes.put(each.at("/route/from/uri").asText(), Route.of(file, each.get("route")));
                } else if (each.has("routeConfiguration")) {
                    configurations.put(each.at("/routeConfiguration/id").asText(), name(file));
                }
            });
        }
        Set<String> needed = new TreeSet<>();
        Set<String> seen = new TreeSet<>(NOT_CALLED);
        Deque<String> open = new ArrayDeque<>(List.of("direct:tool", "direct:run-tool", "timer:robots"));
        while (!open.isEmpty()) {
            String endpoint = open.removeFirst();
            if (endpoint.contains("${")) {
                // the tool's name ends the endpoint's
                String begin = endpoint.substring(0, endpoint.indexOf("${"));
                routes.keySet().stream().filter(each -> each.startsWith(begin)).forEach(open::add);
            } else if (seen.add(endpoint)) {
                Route route = routes.get(endpoint);
                assertThat(route).as("the route from " + endpoint).isNotNull();
                needed.add(route.file());
                needed.add(configurations.get(route.configuration()));
                open.addAll(route.endpoints());
            }
        }

        assertThat(Send.ROUTES).as("files that " + Send.class.getSimpleName() + " loads").containsExactlyInAnyOrderElementsOf(needed);
        assertThat(files().stream().map(SendRoutesTest::name)).containsAll(Send.ROUTES);
    }

    @Test
    void loadsTheFilesOfFurtherToolsWhereTheyAreNamed() throws IOException {
        Set<String> further = new TreeSet<>();
        for (Path file : files()) {
            read(file).forEach(each -> {
                String uri = each.at("/route/from/uri").asText();
                if (uri.startsWith("direct:tool-") && !Send.ROUTES.contains(name(file))) {
                    String tool = uri.substring("direct:tool-".length());
                    further.add(tool);
                    assertThat(Send.FURTHER.get(tool)).as(tool).contains(name(file));
                }
            });
        }

        assertThat(Send.FURTHER.keySet()).isEqualTo(further);
    }
}
