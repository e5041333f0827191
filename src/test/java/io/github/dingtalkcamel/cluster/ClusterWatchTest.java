package io.github.dingtalkcamel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class ClusterWatchTest {

    private static List<Long> pauses(double chance) {
        return IntStream.of(1, 2, 3, 4, 1_000_000).mapToObj(failures -> Duration.ofNanos(ClusterWatch.pauseNanos(failures, chance)).toMillis())
                .toList();
    }

    @Test
    void looksThatFailAreRepeatedAfterLongerPausesAndNotByAllNodesAtOnce() {
        assertThat(pauses(0)).containsExactly(250L, 500L, 1_000L, 1_000L, 1_000L);
        assertThat(pauses(1)).containsExactly(500L, 1_000L, 2_000L, 2_000L, 2_000L);
    }
}
