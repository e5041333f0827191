package io.github.dingtalkcamel.agent;
import java.io.IOException;
import java.util.Map;

import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.queue.HeapShare;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.component.http.HttpActivityListener;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;

/**
 * The {@code http:} and {@code https:} of users' routes, whose calls end when the turn they are made in is stopped: the socket is closed,
 * whether or not the other side answers. Interrupting the thread would not close it.
 *
 * <p>An answer that such a call holds in memory, as Camel's stream cache does unless {@code disableStreamCache} is set, may have
 * a sixteenth of the heap, and at least 16 MiB; a larger one fails the call.
 */
public final class StoppableHttp extends HttpComponent {

    private static final long MOST_HELD = HeapShare.bytes(16, 16);
    /** Where Camel's producer puts the exchange while there is a listener of its activity. */
    private static final String EXCHANGE = "org.apache.camel.Exchange";

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        HttpEndpoint endpoint = (HttpEndpoint) super.createEndpoint(uri, remaining, parameters);
        if (endpoint.getHttpActivityListener() == null && !endpoint.isLogHttpActivity()) {
            endpoint.setHttpActivityListener(new NoListener());
        }
        HttpClientConfigurer users = endpoint.getHttpClientConfigurer();
        endpoint.setHttpClientConfigurer(builder -> {
            if (users != null) {
                users.configureHttpClient(builder);
            }
            builder.addExecInterceptorFirst("dingtalk-stop", (request, scope, chain) -> execute(request, scope, chain,
                    endpoint.isDisableStreamCache() ? Long.MAX_VALUE : MOST_HELD));
        });
        return endpoint;
    }

    private static ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain, long most)
            throws IOException, HttpException {
        StopSignal cancellation = scope.clientContext.getAttribute(EXCHANGE) instanceof Exchange exchange
                ? exchange.getProperty(StopSignal.PROPERTY, StopSignal.class) : null;
        if (cancellation == null) {
            return chain.proceed(request, scope);
        }
        OpenCall call = new OpenCall(scope.execRuntime, scope.originalRequest);
        cancellation.whenStopped(call);
        if (cancellation.isStopped()) {
            throw new IOException("stopped by /stop");
        }
        try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            if (response.getEntity() != null) {
                response.setEntity(BoundedEntity.of(response.getEntity(), most));
            }
            return response;
        } finally {
            call.returned = true;
        }
    }

    /** A call whose answer has not been read to its end. */
    private static final class OpenCall implements StopSignal.Call {

        private final ExecRuntime runtime;
        private final ClassicHttpRequest request;
        private volatile boolean returned;

        OpenCall(ExecRuntime runtime, ClassicHttpRequest request) {
            this.runtime = runtime;
            this.request = request;
        }

        @Override
        public void end() {
            runtime.discardEndpoint();
            if (request instanceof Cancellable waiting) {
                // for a connection, or for its being made
                waiting.cancel();
            }
        }

        /** Before it returns it may have no connection yet, afterwards it has one for as long as there is something to read. */
        @Override
        public boolean isOver() {
            return returned && !runtime.isEndpointAcquired();
        }
    }

    /** Listens to nothing. */
    private static final class NoListener implements HttpActivityListener {

        @Override
        public void onRequestSubmitted(Object source, Exchange exchange, HttpHost host, HttpRequest request, HttpEntity entity) {
            // only its being there counts
        }

        @Override
        public void onResponseReceived(Object source, Exchange exchange, HttpHost host, HttpResponse response, HttpEntity entity,
                long elapsed) {
            // only its being there counts
        }
    }
}
