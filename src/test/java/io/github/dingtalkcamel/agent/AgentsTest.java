package io.github.dingtalkcamel.agent;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class AgentsTest {

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
