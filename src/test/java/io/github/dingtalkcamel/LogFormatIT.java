package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The packaged jar with its log as JSON. */
class LogFormatIT {

    private static JsonNode read(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON: " + line, e);
        }
    }

    @Test
    void eachLineIsAnObjectAndThoseOfATurnHaveItsIds() throws Exception {
        try (Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults()); PackagedJar jar = PackagedJar.facing(simulator)
                .env("DINGTALK_LOG_FORMAT", "json").env("OTEL_TRACES_EXPORTER", "console").env("OTEL_BSP_SCHEDULE_DELAY", "100");
                PackagedJar.Run run = jar.start()) {
            run.awaitLog("is connected");
            simulator.say(UserMessage.text("secret of the app: " + Bot.APP_SECRET));
            Awaitility.await().atMost(PackagedJar.PATIENCE)
                    .until(() -> run.log().lines().anyMatch(line -> line.contains("dingtalk.turns")));

            List<JsonNode> lines = run.log().lines().map(LogFormatIT::read).toList();
            assertThat(lines).allSatisfy(line -> assertThat(line.path("timestamp").asText()).matches("20[0-9-]+T[0-9:.]+Z"));
            JsonNode turn = lines.stream().filter(line -> line.path("logger").asText().equals("dingtalk.turns")).findFirst().orElseThrow();
            assertThat(turn.path("turn").asText()).isEqualTo("main-1");
            assertThat(turn.path("traceId").asText()).matches("[0-9a-f]{32}");
            assertThat(run.log()).doesNotContain(Bot.APP_SECRET);
        }
    }

    @Test
    void anotherFormatIsAWrongSetting() throws Exception {
        try (PackagedJar jar = PackagedJar.inTemporaryDirectory().env("DINGTALK_LOG_FORMAT", "xml"); PackagedJar.Run run = jar.launch()) {
            assertThat(run.exitStatus()).isEqualTo(2);
            assertThat(run.errors()).contains("DINGTALK_LOG_FORMAT").contains("json");
        }
    }
}
