package io.github.dingtalkcamel.component.agent;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

import io.github.dingtalkcamel.component.api.HttpConnections;
import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;

/** What all agents behind HTTP of a Camel context share: the HTTP client, and a timer for time-outs. No thread waits for an answer. */
final class AgentConnections extends ServiceSupport {

    private static final Duration CONNECTING = Duration.ofSeconds(10);

    private final CamelContext context;
    private ExecutorService threads;
    private HttpClient http;
    private ScheduledExecutorService deadlines;

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

    @Override
    protected void doStart() {
        threads = context.getExecutorServiceManager().newCachedThreadPool(this, "AgentAnswers");
        http = HttpConnections.client(CONNECTING, threads);
        deadlines = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "AgentTimeouts");
    }

    @Override
    protected void doStop() {
        context.getExecutorServiceManager().shutdownNow(deadlines);
        context.getExecutorServiceManager().shutdown(threads);
    }
}
