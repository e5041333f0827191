package io.github.dingtalkcamel.component.agent;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

import io.github.dingtalkcamel.component.api.HttpConnections;
import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;

/** What all agents of a Camel context share: an HTTP client, connections to JMS brokers, a timer. No thread waits for an answer. */
final class AgentConnections extends ServiceSupport {

    private static final Duration CONNECTING = Duration.ofSeconds(10);

    private final CamelContext context;
    private ExecutorService threads;
    private HttpClient http;
    private ScheduledExecutorService deadlines;
    private final Map<Object, JmsRequests> brokers = new IdentityHashMap<>();

    private AgentConnections(CamelContext context) {
        this.context = context;
    }

    /** Those of the context; made at the first call, and stopped with the context. */
    static AgentConnections of(CamelContext context) throws Exception {
        synchronized (AgentConnections.class) {
            AgentConnections known = context.hasService(AgentConnections.class);
            if (known == null) {
                known = new AgentConnections(context);
                context.addService(known, true, true);
            }
            known.start();
            return known;
        }
    }

    HttpClient http() {
        return http;
    }

    /** Where exchanges continue. */
    ExecutorService threads() {
        return threads;
    }

    ScheduledExecutorService deadlines() {
        return deadlines;
    }

    /**
     * Requests to the broker of a connection factory, which all agents with the same one share. The caller releases it.
     *
     * @throws IllegalArgumentException where it is no connection factory
     */
    JmsRequests jms(Object factory) {
        synchronized (brokers) {
            JmsRequests known = brokers.get(factory);
            if (known == null) {
                known = JmsRequests.to(factory, context.getExecutorServiceManager()
                        .newSingleThreadScheduledExecutor(this, "AgentRequests"));
                brokers.put(factory, known);
            }
            known.acquire();
            return known;
        }
    }

    /** The last one who releases it closes the connection. */
    void release(JmsRequests requests) {
        synchronized (brokers) {
            if (requests.release()) {
                brokers.values().remove(requests);
                requests.close();
            }
        }
    }

    @Override
    protected void doStart() {
        threads = context.getExecutorServiceManager().newCachedThreadPool(this, "AgentAnswers");
        http = HttpConnections.quick(CONNECTING, threads);
        deadlines = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "AgentTimeouts");
    }

    @Override
    protected void doStop() {
        synchronized (brokers) {
            brokers.values().forEach(JmsRequests::close);
            brokers.clear();
        }
        context.getExecutorServiceManager().shutdownNow(deadlines);
        context.getExecutorServiceManager().shutdown(threads);
    }
}
