package io.github.dingtalkcamel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;

import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnBeanLanguageTest {

    private final CamelContext context = new DefaultCamelContext();
    private final AtomicReference<Exchange> routed = new AtomicReference<>();
    private final Probe probe = new Probe();

    public static final class Probe {

        private Exchange got;

        public String joined(Exchange exchange, @Body String body, @ExchangeProperty("name") String name) {
            got = exchange;
            exchange.setProperty("seen", true);
            return body + " " + name;
        }

        public boolean isLong(@Body String body) {
            return body.length() > 5;
        }

        public String refuse() {
            throw new UnsupportedOperationException("not this one");
        }
    }

    @BeforeEach
    void start() throws Exception {
        context.getRegistry().bind(OwnBeanLanguage.NAME, new OwnBeanLanguage());
        context.getRegistry().bind("probe", probe);
        context.getRegistry().bind("length", new StringBuilder("12345"));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:joined").process(routed::set).setProperty("name", constant("ann")).setProperty("joined")
                        .method("probe", "joined");
                from("direct:filter").filter().method("probe", "isLong").setBody(constant("long"));
                from("direct:refuse").setBody().method("probe", "refuse");
                from("direct:foreign").setBody().method("length", "length");
            }
        });
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private Exchange send(String endpoint, String body) {
        return context.createProducerTemplate().request(endpoint, exchange -> exchange.getMessage().setBody(body));
    }

    @Test
    void callsAnOwnBeanWithTheExchangeItself() {
        Exchange done = send("direct:joined", "hello");

        assertThat(probe.got).isSameAs(routed.get());
        assertThat(done.getProperty("joined")).isEqualTo("hello ann");
        assertThat(done.getProperty("seen")).isEqualTo(true);
        assertThat(done.getMessage().getBody()).isEqualTo("hello");
    }

    @Test
    void asksAnOwnBeanAsAPredicate() {
        assertThat(send("direct:filter", "a long one").getMessage().getBody()).isEqualTo("long");
        assertThat(send("direct:filter", "short").getMessage().getBody()).isEqualTo("short");
    }

    @Test
    void failsTheStepWithTheMethodsOwnException() {
        assertThat(send("direct:refuse", "x").getException()).isInstanceOf(UnsupportedOperationException.class).hasMessage("not this one");
    }

    @Test
    void leavesOtherBeansToCamel() {
        assertThat(send("direct:foreign", "x").getMessage().getBody()).isEqualTo(5);
    }
}
