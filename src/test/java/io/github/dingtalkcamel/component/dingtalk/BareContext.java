package io.github.dingtalkcamel.component.dingtalk;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;

/**
 * A Camel context of any application: the component with an app key and an app secret, nothing bound, and a simulator in DingTalk's place.
 */
public final class BareContext implements AutoCloseable {

    public static final String APP_KEY = "dingbareapp00000001";
    public static final String APP_SECRET = "s3cret-of-the-bare-app";
    public static final String GROUP = "cidFAKEgroup0001==";
    public static final String TOKEN = "/v1.0/oauth2/accessToken";
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Simulator simulator;
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ProducerTemplate producer;

    public BareContext() {
        this(SimulatorOptions.defaults());
    }

    public BareContext(SimulatorOptions options) {
        simulator = Simulator.start(options);
        simulator.addApp(SimulatedApp.of(APP_KEY, APP_SECRET));
        DingTalkConfiguration configuration = component().getConfiguration();
        configuration.setAppKey(APP_KEY);
        configuration.setAppSecret(APP_SECRET);
        configuration.setApiBaseUrl(simulator.url());
        configuration.setOapiBaseUrl(simulator.url());
        producer = context.createProducerTemplate();
        context.start();
    }

    Simulator simulator() {
        return simulator;
    }

    DefaultCamelContext context() {
        return context;
    }

    DingTalkComponent component() {
        return context.getComponent("dingtalk", DingTalkComponent.class);
    }

    BareContext route(RouteBuilder routes) throws Exception {
        context.addRoutes(routes);
        return this;
    }

    /** Sends a body with headers to an endpoint; the exchange as it came back. */
    Exchange send(String uri, Object body, Map<String, Object> headers) {
        return producer.request(uri, exchange -> {
            exchange.getMessage().setBody(body);
            exchange.getMessage().setHeaders(new HashMap<>(headers));
        });
    }

    Exchange send(String uri, Object body) {
        return send(uri, body, Map.of());
    }

    ProducerTemplate producer() {
        return producer;
    }

    /** What DingTalk was asked at a path. */
    List<RecordedRequest> requests(String path) {
        return simulator.requests().stream().filter(request -> request.path().equals(path)).toList();
    }

    /** The texts that arrived in a conversation. */
    List<String> texts(String conversationId) {
        return simulator.deliveriesTo(conversationId).stream().map(delivery -> delivery.text()).toList();
    }

    String dm(String staffId) {
        return simulator.dm(APP_KEY, staffId);
    }

    /** Waits until so many Stream connections are open. */
    BareContext connected(int connections) {
        await(() -> simulator.stream().connections().size() == connections);
        return this;
    }

    static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(condition);
    }

    @Override
    public void close() {
        context.stop();
        simulator.close();
    }
}
