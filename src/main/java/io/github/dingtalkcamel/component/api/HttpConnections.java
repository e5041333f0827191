package io.github.dingtalkcamel.component.api;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executor;

/** Makes the HTTP clients for all connections to DingTalk. The JVM's own proxy, trust store and proxy user are their settings. */
public final class HttpConnections {

    private HttpConnections() {
    }

    /** @param executor where the client does its work, or null for threads of its own */
    public static HttpClient client(Duration connectTimeout, Executor executor) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                // on plain http the JDK would ask for an upgrade to h2c, which gateways do not expect
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout);
        if (executor != null) {
            builder.executor(executor);
        }
        if (ProxySelector.getDefault() != null) {
            builder.proxy(ProxySelector.getDefault());
        }
        if (Authenticator.getDefault() != null) {
            builder.authenticator(Authenticator.getDefault());
        }
        return builder.build();
    }

    /**
     * As {@link #client}, for many short calls at the least cost: the client's own thread does the reading, the writing and TLS of all its
     * connections. For bodies, their readers and WebSocket listeners that never wait, since all connections wait with them.
     *
     * @param executor where calls begin: there names are looked up
     */
    public static HttpClient quick(Duration connectTimeout, Executor executor) {
        return client(connectTimeout, new SelectorThreadExecutor(executor));
    }

    /** The same where calls begin on at most so many threads of the executor at once: a resolver of names that hangs holds no more. */
    public static HttpClient quick(Duration connectTimeout, Executor executor, int atOnce) {
        return quick(connectTimeout, new LimitedExecutor(executor, atOnce));
    }
}
