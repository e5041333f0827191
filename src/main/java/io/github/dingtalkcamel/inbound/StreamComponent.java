package io.github.dingtalkcamel.inbound;
import java.net.http.HttpClient;
import java.util.Map;

import io.github.dingtalkcamel.component.api.HttpConnections;
import io.github.dingtalkcamel.component.stream.StreamTimeouts;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultComponent;

/** Messages over Stream connections: no public URL is needed. */
@Component("dingtalk-stream")
public class StreamComponent extends DefaultComponent {

    private Streams streams;
    private StreamTimeouts pace = StreamTimeouts.PROMISED;
    private HttpClient http;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        StreamEndpoint endpoint = new StreamEndpoint(uri, this, remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        streams = CamelContextHelper.mandatoryLookup(getCamelContext(), "streams", Streams.class);
        // tests may bind a faster one
        StreamTimeouts bound = CamelContextHelper.findSingleByType(getCamelContext(), StreamTimeouts.class);
        if (bound != null) {
            pace = bound;
        }
    }

    Streams streams() {
        return streams;
    }

    StreamTimeouts pace() {
        return pace;
    }

    /** One for all connections: the JVM's own proxy, trust store and user for the proxy are its settings. */
    public synchronized HttpClient http() {
        if (http == null) {
            http = HttpConnections.client(pace.opening(), null);
        }
        return http;
    }
}
