package io.github.dingtalkcamel.component.model;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;

/**
 * What all models of a Camel context share: the HTTP client, threads that read streams, and a timer. No thread waits for the beginning of
 * an answer. While a stream is read it takes a virtual thread on Java 21 and newer, before that one of at most {@value #MOST_READERS}.
 */
final class ModelClients extends ServiceSupport {

    private static final int MOST_READERS = 256;
    private static final int IDLE_SECONDS = 30;
    private static final Duration CONNECTING = Duration.ofSeconds(10);

    private HttpClient http;
    private ExecutorService readers;
    private ScheduledExecutorService timer;

    /** Those of the context; made at the first call, and stopped with the context. */
    static ModelClients of(CamelContext context) throws Exception {
        synchronized (context) {
            ModelClients known = context.hasService(ModelClients.class);
            if (known == null) {
                known = new ModelClients();
                context.addService(known, true, true);
            }
            known.start();
            return known;
        }
    }

    HttpClient http() {
        return http;
    }

    ExecutorService readers() {
        return readers;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    @Override
    protected void doStart() {
        // HTTP/1.1: a call that is ended closes its connection, and servers without TLS are not asked for an upgrade
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECTING).build();
        readers = virtualThreads();
        if (readers == null) {
            ThreadPoolExecutor pool = new ThreadPoolExecutor(MOST_READERS, MOST_READERS, IDLE_SECONDS, TimeUnit.SECONDS,
                    new LinkedBlockingQueue<>(),
                    named("dingtalk-model-"));
            pool.allowCoreThreadTimeOut(true);
            readers = pool;
        }
        timer = Executors.newSingleThreadScheduledExecutor(named("dingtalk-model-timer-"));
    }

    @Override
    protected void doStop() {
        timer.shutdownNow();
        readers.shutdownNow();
    }

    /** Null where this Java has none: they are older than what we compile for. */
    private static ExecutorService virtualThreads() {
        try {
            return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
