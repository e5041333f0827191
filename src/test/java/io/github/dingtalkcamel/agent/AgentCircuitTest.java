package io.github.dingtalkcamel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.time.Duration;
import java.time.ZoneOffset;

import io.github.dingtalkcamel.simulator.SettableClock;
import org.junit.jupiter.api.Test;

class AgentCircuitTest {

    private static final Exception FAILURE = new IllegalStateException("the service is down");

    private final SettableClock clock = new SettableClock();
    private final AgentCircuit circuit = new AgentCircuit("helpdesk", clock.withZone(ZoneOffset.UTC));

    private void call(boolean works) throws AgentUnavailableException {
        if (works) {
            circuit.acquire().succeeded();
        } else {
            circuit.acquire().failed(FAILURE);
        }
    }

    private void isNotAvailable() {
        assertThatThrownBy(circuit::acquire).isInstanceOf(AgentUnavailableException.class)
                .hasMessageContaining("Agent helpdesk is not available since").hasMessageContaining("the service is down");
    }

    @Test
    void opensAfterEightFailuresInARowAndNotAfterSeven() throws Exception {
        for (int i = 0; i < 7; i++) {
            call(false);
        }
        assertThat(circuit.trouble()).isEmpty();
        call(false);
        isNotAvailable();
    }

    @Test
    void saysWhatTheServiceAnsweredAlsoAfterALongAddress() throws Exception {
        for (int i = 0; i < 8; i++) {
            circuit.acquire().failed(new IllegalStateException("Agent at http://helpdesk-service.internal.example.com:18080: The service"
                    + " answered with status 502. The answer begins: Bad gateway\nupstream"));
        }
        assertThat(circuit.trouble()).contains("the last one with IllegalStateException: Agent at http://helpdesk-service",
                "answered with status 502", "Bad gateway upstream");
    }

    @Test
    void opensAfterEightFailuresInTenCallsAndNotInEleven() throws Exception {
        for (boolean works : new boolean[] {false, true, false, false, false, true, false, false, false}) {
            call(works);
        }
        assertThat(circuit.trouble()).isEmpty();
        call(false);
        isNotAvailable();

        AgentCircuit other = new AgentCircuit("other", clock.withZone(ZoneOffset.UTC));
        for (boolean works : new boolean[] {false, true, true, true, false, false, false, false, false, false, false}) {
            if (works) {
                other.acquire().succeeded();
            } else {
                other.acquire().failed(FAILURE);
            }
        }
        assertThat(other.trouble()).isEmpty();
    }

    private void open() throws AgentUnavailableException {
        for (int i = 0; i < 8; i++) {
            call(false);
        }
    }

    @Test
    void isTriedByOneCallAtATimeAfterPausesThatDoubleUpToAMinute() throws Exception {
        open();
        for (int seconds : new int[] {5, 10, 20, 40, 60, 60}) {
            clock.pass(Duration.ofSeconds(seconds));
            isNotAvailable();
            clock.pass(Duration.ofMillis(1));
            AgentCircuit.Permit probe = circuit.acquire();
            isNotAvailable();
            probe.failed(FAILURE);
        }
        clock.pass(Duration.ofSeconds(61));
        circuit.acquire().succeeded();
        assertThat(circuit.trouble()).isEmpty();
        for (int i = 0; i < 7; i++) {
            call(false);
        }
        assertThat(circuit.trouble()).as("it begins anew").isEmpty();
        call(false);
        isNotAvailable();
    }

    @Test
    void aProbeThatIsStoppedLetsTheNextCallTry() throws Exception {
        open();
        clock.pass(Duration.ofSeconds(6));
        circuit.acquire().giveBack();
        circuit.acquire().succeeded();
        assertThat(circuit.trouble()).isEmpty();
    }

    @Test
    void aCallThatBeganBeforeItOpenedDecidesNothingAfterwards() throws Exception {
        AgentCircuit.Permit early = circuit.acquire();
        AgentCircuit.Permit second = circuit.acquire();
        open();
        clock.pass(Duration.ofSeconds(6));
        AgentCircuit.Permit probe = circuit.acquire();
        early.succeeded();
        isNotAvailable();
        second.giveBack();
        isNotAvailable();
        probe.succeeded();
        assertThat(circuit.trouble()).isEmpty();
    }
}
