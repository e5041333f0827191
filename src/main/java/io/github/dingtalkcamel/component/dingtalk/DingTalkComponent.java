package io.github.dingtalkcamel.component.dingtalk;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;

import io.github.dingtalkcamel.component.api.CachedThreadPool;
import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.CallObserver;
import io.github.dingtalkcamel.component.api.CallRetry;
import io.github.dingtalkcamel.component.api.DingTalkClient;
import io.github.dingtalkcamel.component.api.FileDownload;
import io.github.dingtalkcamel.component.api.HttpConnections;
import io.github.dingtalkcamel.component.api.IntegrationLookup;
import io.github.dingtalkcamel.component.api.ShortCalls;
import io.github.dingtalkcamel.component.message.EarlierMessages;
import io.github.dingtalkcamel.component.secrets.SensitiveOptions;
import io.github.dingtalkcamel.component.stream.StreamConnections;
import io.github.dingtalkcamel.component.stream.StreamHub;
import io.github.dingtalkcamel.component.stream.StreamListener;
import io.github.dingtalkcamel.component.stream.StreamTimeouts;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.ExchangePattern;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.HealthCheckComponent;

/**
 * Connects Camel to DingTalk: consumes robot messages, events and clicks on cards over Stream connections, and calls DingTalk's API.
 * <p>
 * Needs an app key and an app secret, and nothing else. Promises: an exchange succeeds only when DingTalk has confirmed the call, and
 * fails with a
 * {@link io.github.dingtalkcamel.component.api.DingTalkException} otherwise; no thread waits for DingTalk; access tokens are shared and
 * renewed; a push is acknowledged
 * when its exchange is done without an exception. Does not promise: a queue that survives a restart, order across processes, or that a
 * message is delivered once
 * only. Calls are not repeated, except once with a new access token: use Camel's error handler.
 */
@Component("dingtalk")
public class DingTalkComponent extends HealthCheckComponent {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** Calls that begin at once; where they begin, the name of the host is looked up. */
    private static final int LOOKUPS = 16;

    @Metadata(description = "The options of all endpoints that don't set their own")
    private DingTalkConfiguration configuration = new DingTalkConfiguration();
    @Metadata(label = "advanced", autowired = true, description = "Finds the app that an endpoint names by option integration")
    private IntegrationLookup integrationLookup;
    @Metadata(label = "advanced", autowired = true,
            description = "Decides when a call to DingTalk may be made. Every call may be made at once where it is not set.")
    private CallLimiter callLimiter;
    @Metadata(label = "advanced", autowired = true,
            description = "Decides whether a failed call is made again, for exchanges that can wait. None is where it is not set.")
    private CallRetry callRetry;
    @Metadata(label = "advanced", autowired = true, description = "Learns of each call to DingTalk, for metrics and traces")
    private CallObserver callObserver;
    @Metadata(label = "advanced", autowired = true,
            description = "Knows earlier messages, for quotes that come without their text. Such quotes have no text where it is not set.")
    private EarlierMessages earlierMessages;
    @Metadata(label = "advanced", autowired = true, description = "Learns when Stream connections open and end")
    private StreamListener streamListener;

    private final ExpiredSessions expiredSessions = new ExpiredSessions();
    private InstantSource clock = InstantSource.system();
    private HttpClient http;
    private ShortCalls calls;
    private DingTalkClient client;
    private FileDownload downloads;
    private StreamHub streams;
    private CachedThreadPool executor;
    /** The same, to be closed here, where the application has bound none to share. */
    private CachedThreadPool own;
    private ExecutorService connections;
    private ScheduledExecutorService deadlines;

    public DingTalkComponent() {
    }

    public DingTalkComponent(CamelContext context) {
        super(context);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        DingTalkEndpoint endpoint = new DingTalkEndpoint(uri, this, configuration.copy());
        endpoint.setKind(kind(remaining));
        if (endpoint.getKind().isConsumed()) {
            endpoint.setExchangePattern(ExchangePattern.InOut);
        }
        setProperties(endpoint, parameters);
        return endpoint;
    }

    private static DingTalkKind kind(String remaining) {
        for (DingTalkKind kind : DingTalkKind.values()) {
            if (kind.name().equals(remaining)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("dingtalk:" + remaining + " does not exist: write dingtalk: and one of "
                + List.of(DingTalkKind.values()));
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        SensitiveOptions.mask(getCamelContext());
        InstantSource bound = CamelContextHelper.findSingleByType(getCamelContext(), InstantSource.class);
        clock = bound == null ? clock : bound;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        CachedThreadPool shared = CamelContextHelper.findSingleByType(getCamelContext(), CachedThreadPool.class);
        own = shared == null ? CachedThreadPool.of(getCamelContext(), "DingTalk") : null;
        executor = shared == null ? own : shared;
        deadlines = getCamelContext().getExecutorServiceManager().newScheduledThreadPool(this, "DingTalkDeadlines", 1);
        // for uploads, downloads and GET, whose steps may wait: a few threads of their own
        connections = getCamelContext().getExecutorServiceManager().newFixedThreadPool(this, "DingTalkConnections",
                Math.max(2, Runtime.getRuntime().availableProcessors()));
        HttpClient patient = HttpConnections.client(CONNECT_TIMEOUT, connections);
        http = HttpConnections.quick(CONNECT_TIMEOUT, executor, LOOKUPS);
        calls = new ShortCalls(CONNECT_TIMEOUT, executor, LOOKUPS);
        client = new DingTalkClient(calls, http, patient, executor, deadlines,
                callLimiter == null ? CallLimiter.UNLIMITED : callLimiter, callRetry == null ? CallRetry.NONE : callRetry,
                callObserver == null ? CallObserver.NONE : callObserver, clock);
        downloads = new FileDownload(patient, executor, deadlines);
    }

    @Override
    protected void doStop() throws Exception {
        synchronized (this) {
            if (streams != null) {
                streams.close();
                streams = null;
            }
        }
        if (executor != null) {
            calls.close();
            getCamelContext().getExecutorServiceManager().shutdownNow(deadlines);
            // no deadline ends them any more
            calls.shutdownNow();
            if (own != null) {
                own.close();
            }
            getCamelContext().getExecutorServiceManager().shutdown(connections);
        }
        super.doStop();
    }

    /** Calls DingTalk's API as the component's endpoints do. */
    public DingTalkClient client() {
        return client;
    }

    /** The Stream connections of all consumers. */
    public synchronized StreamHub streams() {
        if (streams == null) {
            StreamTimeouts pace = CamelContextHelper.findSingleByType(getCamelContext(), StreamTimeouts.class);
            streams = new StreamHub(http, pace == null ? StreamTimeouts.PROMISED : pace, clock, streamListener);
        }
        return streams;
    }

    /** The Stream connections that consumers have asked for so far, open or not. */
    public synchronized List<StreamConnections> streamConnections() {
        return streams == null ? List.of() : streams.all();
    }

    /**
     * Closes all Stream connections, once the exchanges of what came in by them are done and answered, or after a few seconds. An
     * application calls it before it stops its routes, so that each acknowledgement is sent. Consumers that are resumed or started later
     * open the connections again.
     */
    public void disconnect() {
        streamConnections().parallelStream().forEach(StreamConnections::disconnect);
    }

    ExpiredSessions expiredSessions() {
        return expiredSessions;
    }

    FileDownload downloads() {
        return downloads;
    }

    Executor executor() {
        return executor;
    }

    ScheduledExecutorService timer() {
        return deadlines;
    }

    InstantSource clock() {
        return clock;
    }

    public DingTalkConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(DingTalkConfiguration configuration) {
        this.configuration = configuration;
    }

    public IntegrationLookup getIntegrationLookup() {
        return integrationLookup;
    }

    public void setIntegrationLookup(IntegrationLookup integrationLookup) {
        this.integrationLookup = integrationLookup;
    }

    public CallLimiter getCallLimiter() {
        return callLimiter;
    }

    public void setCallLimiter(CallLimiter callLimiter) {
        this.callLimiter = callLimiter;
    }

    public CallRetry getCallRetry() {
        return callRetry;
    }

    public void setCallRetry(CallRetry callRetry) {
        this.callRetry = callRetry;
    }

    public CallObserver getCallObserver() {
        return callObserver;
    }

    public void setCallObserver(CallObserver callObserver) {
        this.callObserver = callObserver;
    }

    public EarlierMessages getEarlierMessages() {
        return earlierMessages;
    }

    public void setEarlierMessages(EarlierMessages earlierMessages) {
        this.earlierMessages = earlierMessages;
    }

    public StreamListener getStreamListener() {
        return streamListener;
    }

    public void setStreamListener(StreamListener streamListener) {
        this.streamListener = streamListener;
    }
}
