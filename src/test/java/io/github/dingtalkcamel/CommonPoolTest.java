package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Properties;

import org.junit.jupiter.api.Test;

class CommonPoolTest {

    private final Properties system = new Properties();

    @Test
    void hasTwoThreadsOnSmallMachines() {
        CommonPool.widen(system, 2);
        assertThat(system).containsEntry(CommonPool.PARALLELISM, "2");
    }

    @Test
    void staysAsItIsOnLargerOnes() {
        CommonPool.widen(system, 3);
        assertThat(system).isEmpty();
    }

    @Test
    void staysAsAnOperatorHasSetIt() {
        system.setProperty(CommonPool.PARALLELISM, "1");
        CommonPool.widen(system, 1);
        assertThat(system).containsEntry(CommonPool.PARALLELISM, "1");
    }
}
