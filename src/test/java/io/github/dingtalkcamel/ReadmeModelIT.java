package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.junit.jupiter.api.Test;

/** The three lines of "Connect a model" in the README, with the packaged jar; only the address is that of a simulated model. */
class ReadmeModelIT {

    private static final Pattern BLOCK = Pattern.compile("(?s)## Connect a model.*?```sh\n(.*?)```");
    private static final Pattern VARIABLE = Pattern.compile("(DINGTALK_[A-Z_]+)=(\\S+)");

    @Test
    void connectsAModel() throws Exception {
        Matcher block = BLOCK.matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).isTrue();
        assertThat(block.group(1).lines()).hasSize(3).last().isEqualTo("java -jar target/dingtalk-camel.jar");
        Map<String, String> variables = new LinkedHashMap<>();
        VARIABLE.matcher(block.group(1)).results().forEach(each -> variables.put(each.group(1), each.group(2)));
        assertThat(variables).containsOnlyKeys("DINGTALK_LLM_BASE_URL", "DINGTALK_LLM_API_KEY", "DINGTALK_LLM_MODEL");
        // what the README can't show
        String key = variables.get("DINGTALK_LLM_API_KEY").replace("…", "0123456789abcdef");

        try (Simulator elsewhere = Simulator.start(SimulatorOptions.defaults());
                PackagedJar jar = PackagedJar.inTemporaryDirectory().env("DINGTALK_SIMULATOR_PORT", "0").env("DINGTALK_LANGUAGE", "en")
                        .env("DINGTALK_LLM_BASE_URL", elsewhere.url() + "/v1").env("DINGTALK_LLM_API_KEY", key)
                        .env("DINGTALK_LLM_MODEL", variables.get("DINGTALK_LLM_MODEL"))) {
            PackagedJar.Run run = jar.start();
            run.awaitLog("Say something to the robot");
            assertThat(run.log()).contains("Agents: assistant, echo, simulated-model",
                    "Model: " + variables.get("DINGTALK_LLM_MODEL") + " at " + elsewhere.url() + "/v1 answers as agent assistant",
                    "Messages of main go to agent assistant (fallback)");

            HttpResponse<String> answer = HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(run.simulatorUrl()
                    + "/simulator/say"))
                    .POST(HttpRequest.BodyPublishers.ofString("hello")).build(), HttpResponse.BodyHandlers.ofString());

            assertThat(answer.body()).contains("[simulated model] You said: hello");
            assertThat(elsewhere.model().requests()).singleElement().satisfies(request -> {
                assertThat(request.key()).isEqualTo(key);
                assertThat(request.body().path("model").asText()).isEqualTo(variables.get("DINGTALK_LLM_MODEL"));
            });
            assertThat(run.log()).doesNotContain(key);
        }
    }
}
