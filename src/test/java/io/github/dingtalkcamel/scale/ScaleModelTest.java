package io.github.dingtalkcamel.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;

import org.junit.jupiter.api.Test;

class ScaleModelTest {

    private static ScaleModel.Result run(Map<String, Double> parameters) {
        return new ScaleModel(parameters).run();
    }

    @Test
    void givesTheSameResultForTheSameSeed() {
        assertThat(run(Map.of("seed", 7.0))).isEqualTo(run(Map.of("seed", 7.0))).isNotEqualTo(run(Map.of("seed", 8.0)));
    }

    @Test
    void answersWhatIsOfferedWhileThereIsRoom() {
        ScaleModel.Result result = run(Map.of("rate", 100.0, "nodes", 3.0));

        assertThat(result.answeredPerSecond()).isBetween(90.0, 110.0);
        assertThat(result.databaseUse()).isLessThan(0.1);
        assertThat(result.claimsPerMessage() + result.noticesPerMessage()).isBetween(0.95, 1.0);
    }

    @Test
    void answersNoMoreThanTheDatabaseCanCommit() {
        ScaleModel.Result result = run(Map.of("rate", 2_000.0, "nodes", 10.0, "conversations", 100_000.0, "dbCores", 1.0, "writeCpu", 1.0));

        assertThat(result.databaseUse()).isGreaterThan(0.95);
        assertThat(result.answeredPerSecond()).as("a thousandth of a second for each of four writes").isLessThan(250);
    }

    @Test
    void theConversationsOfANodeThatDiesAreTakenOverTenSecondsAfterItsLastHeartbeat() {
        ScaleModel.Result result = run(Map.of("rate", 100.0, "nodes", 3.0, "dies", 8.0, "seconds", 30.0));

        assertThat(result.takenOver()).isPositive();
        assertThat(result.longestTakeoverSeconds()).isBetween(7.0, 11.0);
    }

    @Test
    void saysWhichParametersThereAre() {
        assertThatThrownBy(() -> new ScaleModel(Map.of("speed", 1.0))).hasMessageContaining("There is no parameter speed")
                .hasMessageContaining("nodes");
    }
}
