package io.github.dingtalkcamel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class AgentsTest {

    /** A route that is deleted finishes what had chosen it: a busy one would be asked for ever by what chooses it afterwards. */
    @Test
    void aDeletedRouteAnswersOnlyWhatHadChosenItBefore() throws Exception {
        Instant deleted = Instant.parse("2026-11-28T15:00:00Z");
        Agents agents = new Agents(Clock.fixed(deleted, ZoneOffset.UTC));
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("agents", agents);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("agent:weather").routeId("weather").log("sunny");
                }
            });
            context.start();
            AgentConsumer route = (AgentConsumer) context.getRoute("weather").getConsumer();

            assertThat(agents.find("weather", deleted.toEpochMilli() + 1)).isSameAs(route);
            route.withdraw();

            assertThat(agents.find("weather", deleted.toEpochMilli())).isSameAs(route);
            assertThat(agents.find("weather", deleted.toEpochMilli() + 1)).isNull();
            assertThat(agents.isRunning("weather")).isFalse();
            route.offerAgain();
            assertThat(agents.find("weather", deleted.toEpochMilli() + 1)).isSameAs(route);
        }
    }

    @Test
    void refusesASecondRouteForAnAgentAndNamesTheFirst() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("agents", new Agents());
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("agent:weather").routeId("first").log("one");
                    from("agent:weather?trigger=main").routeId("second").log("other");
                }
            });

            assertThatThrownBy(context::start).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Agent weather is provided by route first already: give one of the two another name");
        }
    }
}
