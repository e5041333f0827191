package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The form of the packaged route files: what Kaoto and other editors expect, and what a reader can take in. */
class PackagedRoutesTest {

    private static final Path ROUTES = Path.of("src/main/resources/routes");
    private static final int MOST_LINES = 200;
    private static final int MOST_COLUMNS = 120;
    private static final int ROUTES_BELOW = 60;
    private static final Set<String> GROUPS = Set.of("inbound", "turn", "command", "reply", "tool", "robot", "admin", "support");

    /** Files that are not rewritten yet: exempt from the rules below that they break. Nothing is added here. */
    private static final Set<String> NOT_REWRITTEN = Set.of();

    private static final YAMLMapper YAML = new YAMLMapper();
    private static List<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(ROUTES)) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml")).sorted().toList();
        }
    }

    static List<Path> files() throws IOException {
        return all().stream().filter(file -> !NOT_REWRITTEN.contains(file.getFileName().toString().replace(".camel.yaml", ""))).toList();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("files")
    void isValidByTheSchemaOfCamelsYaml(Path file) throws IOException {
        assertThat(CamelYamlSchema.validate(read(file))).as(file.toString()).isEmpty();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("files")
    void putsEachRouteIntoTheGroupOfItsFlow(Path file) {
        for (JsonNode route : routes(file)) {
            String id = route.path("id").asText();
            assertThat(route.path("group").asText()).as("group of %s in %s", id, file).isIn(GROUPS);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("files")
    void isNamedByItsFlowAsItsRoutesAre(Path file) {
        String flow = file.getFileName().toString().replaceFirst("-.*", "");
        assertThat(flow).as(file.toString()).isIn(GROUPS);
        for (JsonNode route : routes(file)) {
            assertThat(route.path("id").asText()).as(file.toString()).matches(flow + "(-.*)?");
            assertThat(route.path("group").asText()).as("group of %s", route.path("id")).isEqualTo(flow);
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("files")
    void hasLinesThatFitAnEditor(Path file) throws IOException {
        assertThat(Files.readAllLines(file)).as(file.toString()).allMatch(line -> line.codePointCount(0, line.length()) <= MOST_COLUMNS);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("files")
    void isShortEnoughToBeReadFromTopToBottom(Path file) throws IOException {
        assertThat(Files.readAllLines(file)).as(file.toString()).hasSizeLessThanOrEqualTo(MOST_LINES);
    }

    @Test
    void areFewEnoughToBeSeenAtOnce() throws IOException {
        assumeThat(all()).as("all files are rewritten").hasSameSizeAs(files());
        TreeMap<String, Integer> routes = new TreeMap<>();
        for (Path file : all()) {
            routes.put(file.getFileName().toString(), routes(file).size());
        }
        assertThat(routes.values().stream().mapToInt(Integer::intValue).sum()).as(routes.toString()).isLessThan(ROUTES_BELOW);
    }

    private static List<JsonNode> routes(Path file) {
        List<JsonNode> routes = new ArrayList<>();
        read(file).forEach(each -> {
            if (each.has("route")) {
                routes.add(each.get("route"));
            }
        });
        return routes;
    }

    private static JsonNode read(Path file) {
        try {
            return YAML.readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
