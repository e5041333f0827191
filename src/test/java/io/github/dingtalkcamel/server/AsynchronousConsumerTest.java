package io.github.dingtalkcamel.server;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With one thread, which any request that held it would keep from all others. */
@Timeout(60)
class AsynchronousConsumerTest {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Queue<AsyncCallback> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waits = new AtomicInteger();
    private final RequestThreads threads = new RequestThreads(1);
    private final DefaultCamelContext context = new DefaultCamelContext();
    private String url;

    /** Continues when it is called back. */
    private final class Waiting extends AsyncProcessorSupport {

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            exchange.getMessage().removeHeaders("*");
            exchange.getMessage().setBody("later");
            waiting.add(callback);
            return false;
        }
    }

    @BeforeEach
    void start() throws Exception {
        VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
        configuration.setBindHost("127.0.0.1");
        configuration.setBindPort(0);
        VertxPlatformHttpServer server = new VertxPlatformHttpServer(configuration);
        context.addService(server);
        VertxPlatformHttpEngine engine = new VertxPlatformHttpEngine() {
            @Override
            public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
                assertThat(AsynchronousConsumer.isFor(endpoint)).isTrue();
                return new AsynchronousConsumer(endpoint, processor, List.of(request -> {
                    request.put(AsynchronousConsumer.PROPERTIES, Map.of("found", "by the guard"));
                    request.put(AsynchronousConsumer.ON_WAIT, (Runnable) waits::incrementAndGet);
                    request.next();
                }), VertxPlatformHttpRouter.PLATFORM_HTTP_ROUTER_NAME_ZERO, threads);
            }
        };
        context.getComponent("platform-http", PlatformHttpComponent.class).setEngine(engine);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/waits").process(new Waiting());
                from("platform-http:/{name}/text").removeHeaders("*").setHeader("X-One", constant("1"))
                        .setHeader(Exchange.CONTENT_TYPE, constant("text/plain")).setBody(exchangeProperty("found"));
                from("platform-http:/bytes").removeHeaders("*").setBody(constant("bytes".getBytes(StandardCharsets.UTF_8)));
                from("platform-http:/stream").removeHeaders("*")
                        .process(exchange -> exchange.getMessage().setBody(new ByteArrayInputStream(new byte[100_000])));
                from("platform-http:/nothing").removeHeaders("*").setBody(constant(null));
                from("platform-http:/status").removeHeaders("*").setHeader(Exchange.HTTP_RESPONSE_CODE, constant(418))
                        .setBody(constant("teapot"));
                from("platform-http:/fails").setBody(constant("private")).throwException(new IllegalStateException("private"));
                from("platform-http:/what").removeHeaders("*").setBody(constant(new Object()));
            }
        });
        context.start();
        url = "http://127.0.0.1:" + server.getServer().actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        context.close();
        threads.close();
    }

    private CompletableFuture<HttpResponse<String>> calling(String path) {
        return HTTP.sendAsync(HttpRequest.newBuilder(URI.create(url + path)).POST(HttpRequest.BodyPublishers.ofString("asked")).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> call(String path) {
        return calling(path).orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Test
    void requestsThatWaitHoldNoThreadAndAreAnsweredWhenTheirRouteEnds() {
        List<CompletableFuture<HttpResponse<String>>> calls = Stream.generate(() -> calling("/waits")).limit(20).toList();
        Awaitility.await().until(() -> waiting.size() == 20);

        assertThat(call("/any/text").body()).isEqualTo("by the guard");
        assertThat(calls).noneMatch(CompletableFuture::isDone);
        Awaitility.await().untilAsserted(() -> assertThat(waits.get()).isGreaterThanOrEqualTo(20));

        waiting.forEach(each -> each.done(false));
        assertThat(calls).allSatisfy(each -> {
            HttpResponse<String> answer = each.orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("later");
        });
        Awaitility.await().until(() -> context.getInflightRepository().size() == 0);
    }

    @Test
    void answersWithWhatTheRouteLeaves() {
        HttpResponse<String> text = call("/any/text");

        assertThat(text.statusCode()).isEqualTo(200);
        assertThat(text.headers().firstValue("X-One")).hasValue("1");
        assertThat(text.headers().firstValue("Content-Type")).hasValue("text/plain");
        assertThat(text.headers().firstValue("name")).isEmpty();
        assertThat(call("/bytes").body()).isEqualTo("bytes");
        assertThat(call("/stream").body()).hasSize(100_000);
        assertThat(call("/nothing").statusCode()).isEqualTo(204);
        assertThat(call("/status")).returns(418, HttpResponse::statusCode).returns("teapot", HttpResponse::body);
    }

    @Test
    void tellsNothingOfARouteThatFails() {
        assertThat(call("/fails")).returns(500, HttpResponse::statusCode).returns("", HttpResponse::body);
        assertThat(call("/what")).returns(500, HttpResponse::statusCode).returns("", HttpResponse::body);
    }

    @Test
    void noMoreThreadsThanItsBoundBeginRequestsWhereAllOfThemBlock() {
        CompletableFuture<Void> written = new CompletableFuture<>();
        AtomicInteger begun = new AtomicInteger();
        try (RequestThreads two = new RequestThreads(2)) {
            for (int i = 0; i < 20; i++) {
                two.execute(() -> {
                    begun.incrementAndGet();
                    written.join();
                });
            }
            Awaitility.await().until(() -> begun.get() >= 2);
            Awaitility.await().during(Duration.ofMillis(300)).atMost(Duration.ofSeconds(30)).until(() -> begun.get() == 2);
            written.complete(null);
            Awaitility.await().until(() -> begun.get() == 20);
        }
    }

    @Test
    void answersWhereNoThreadTakesTheRequestAnyMore() {
        threads.close();

        assertThat(call("/any/text")).returns(500, HttpResponse::statusCode).returns("", HttpResponse::body);
        assertThat(context.getInflightRepository().size()).isZero();
    }
}
