package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RouteCallsTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Queue<AsyncCallback> waiting = new ConcurrentLinkedQueue<>();
    private RouteCalls calls;

    @BeforeEach
    void start() throws Exception {
        RouteBuilder.addRoutes(context, routes -> {
            routes.from("direct:waits").process(new AsyncProcessorSupport() {
                @Override
                public boolean process(Exchange exchange, AsyncCallback callback) {
                    waiting.add(callback);
                    return false;
                }
            }).setBody().constant("done");
            routes.from("direct:fails").throwException(new IOException("no"));
        });
        context.start();
        calls = new RouteCalls(this, context);
    }

    @AfterEach
    void stop() {
        calls.close();
        context.stop();
    }

    private CompletableFuture<Exchange> call(String uri) {
        return calls.send(uri, new DefaultExchange(context));
    }

    @Test
    void holdNoThreadWhileTheirRouteWaits() throws Exception {
        List<CompletableFuture<Exchange>> all = new ArrayList<>();
        int threads = Thread.activeCount();
        for (int number = 0; number < 50; number++) {
            all.add(call("direct:waits"));
        }

        assertThat(waiting).as("all have begun when their callers continue").hasSize(50);
        assertThat(Thread.activeCount()).isLessThan(threads + 25);
        assertThat(all).noneMatch(CompletableFuture::isDone);
        waiting.forEach(each -> each.done(false));
        for (CompletableFuture<Exchange> each : all) {
            assertThat(each.get(10, TimeUnit.SECONDS).getMessage().getBody()).isEqualTo("done");
        }
    }

    @Test
    void failAsTheExceptionOfTheExchange() {
        assertThat(call("direct:fails").join().getException()).isInstanceOf(IOException.class).hasMessage("no");
        assertThat(call("direct:nothing-there?block=false").join().getException()).isInstanceOf(CamelExchangeException.class);
        assertThat(call("no-such-component:x").join().getException()).isInstanceOf(NoSuchEndpointException.class);
    }
}
