package io.github.dingtalkcamel.stream;

import java.net.http.HttpClient;
import java.util.Map;

import io.github.dingtalkcamel.component.api.HttpConnections;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultComponent;

/** Messages over Stream connections: no public URL is needed. */
@Component("dingtalk-stream")
public class StreamComponent extends DefaultComponent {

    private Streams streams;
    private Pace pace = Pace.PROMISED;
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
        Pace bound = CamelContextHelper.findSingleByType(getCamelContext(), Pace.class);
        if (bound != null) {
            pace = bound;
        }
    }

    Streams streams() {
        return streams;
    }

    Pace pace() {
        return pace;
    }

    /** One for all connections: the JVM's own proxy, trust store and user for the proxy are its settings. */
    synchronized HttpClient http() {
        if (http == null) {
            http = HttpConnections.client(pace.opening(), null);
        }
        return http;
    }
}
