package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.github.dingtalkcamel.server.OwnNames;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code docker-compose.yml}: what can be told without Compose. */
class ComposeTest {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+):-[^}]*}");
    private static JsonNode compose;

    @BeforeAll
    static void read() throws Exception {
        compose = YAML.readTree(Files.readString(Path.of("docker-compose.yml")));
    }

    @Test
    void hasAProfileForEachThingBesideTheApplication() {
        Map<String, String> profiles = new TreeMap<>();
        compose.path("services").fields()
                .forEachRemaining(service -> profiles.put(service.getKey(), service.getValue().path("profiles").toString()));

        assertThat(profiles).containsExactlyInAnyOrderEntriesOf(Map.of("app", "", "demo", "[\"demo\"]", "postgres", "[\"postgres\"]",
                "artemis", "[\"artemis\"]", "prometheus", "[\"monitoring\"]"));
    }

    @Test
    void opensNothingToOtherMachinesButTheWebhook() {
        List<String> ports = new ArrayList<>();
        compose.path("services").forEach(service -> service.path("ports").forEach(port -> ports.add(port.asText())));

        assertThat(ports).contains("8080:8080").filteredOn(port -> !port.equals("8080:8080")).isNotEmpty()
                .allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @Test
    void pinsForeignImagesAndDeclaresEachVolumeAndConfig() {
        compose.path("services").fields().forEachRemaining(service -> {
            String image = service.getValue().path("image").asText("dingtalk-camel");
            assertThat(image.equals("dingtalk-camel") || image.matches("[a-z0-9/-]+:v?[0-9][0-9.]*")).as(image).isTrue();
            service.getValue().path("volumes").forEach(volume -> {
                String name = volume.asText().replaceFirst(":.*", "");
                assertThat(name.startsWith("./") || compose.path("volumes").has(name)).as(name).isTrue();
            });
            service.getValue().path("configs")
                    .forEach(config -> assertThat(compose.path("configs").has(config.path("source").asText())).isTrue());
        });
    }

    @Test
    void prometheusScrapesTheManagementPortWithItsLogin() throws Exception {
        String content = compose.at("/configs/prometheus/content").asText();
        JsonNode scrape = YAML.readTree(content).at("/scrape_configs/0");

        assertThat(scrape.path("metrics_path").asText()).isEqualTo("/observe/metrics");
        assertThat(scrape.at("/static_configs/0/targets/0").asText()).isEqualTo("app:9876");
        assertThat(scrape.at("/basic_auth/username").asText()).isEqualTo("${DINGTALK_MANAGEMENT_USER:-}");
        assertThat(scrape.at("/basic_auth/password").asText()).isEqualTo("${DINGTALK_MANAGEMENT_PASSWORD:-}");
    }

    /** The management server refuses other names than its own, see {@link OwnNames}. */
    @Test
    void theApplicationAnswersToTheNameByWhichPrometheusCallsIt() throws Exception {
        JsonNode environment = compose.at("/services/app/environment");
        String names = environment.path("DINGTALK_HOST_NAMES").asText().replaceAll("\\$\\{[A-Z_]+:-([^}]*)}", "$1");
        OwnNames own = new OwnNames(environment.path("DINGTALK_MANAGEMENT_HOST").asText(), Set.of(names.split(",")));
        JsonNode target = YAML.readTree(compose.at("/configs/prometheus/content").asText()).at("/scrape_configs/0/static_configs/0/targets/0");

        assertThat(own.isOwn(target.asText())).as(target.asText()).isTrue();
    }

    /** A variable that is required would be so for all profiles. */
    @Test
    void hasADefaultForEachVariableAndAnExampleOfIt() throws Exception {
        String text = Files.readString(Path.of("docker-compose.yml"));
        String example = Files.readString(Path.of(".env.example"));

        assertThat(text.lines().filter(line -> line.matches(".*[^$]\\$\\{.*"))).isNotEmpty()
                .allMatch(line -> VARIABLE.matcher(line).find());
        assertThat(VARIABLE.matcher(text).results().map(found -> found.group(1)).distinct()).allSatisfy(name ->
                assertThat(example).containsPattern("(?m)^" + name + "="));
    }
}
