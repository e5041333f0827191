package io.github.dingtalkcamel.hook;
import java.time.Duration;
import java.util.List;

import io.github.dingtalkcamel.queue.HeapShare;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.seda.BlockingQueueFactory;
import org.apache.camel.component.seda.QueueReference;
import org.apache.camel.component.seda.SedaComponent;
import org.apache.camel.component.seda.SedaEndpoint;

/** The hooks: routes that consume from {@code seda:dingtalk-events?multipleConsumers=true}. Who they are, and the queue that feeds them. */
public final class Hooks {

    private static final String KEY = "seda://dingtalk-events";
    private static final int CAPACITY = 1_000;
    /** For a hook to finish with an event, before the next is handed out nevertheless. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Waiting events may hold a 32nd of the heap, and 4 MiB. */
    private static final long MAX_BYTES = HeapShare.bytes(32, 4);

    private final CamelContext context;
    private final EventQueue queue = new EventQueue(CAPACITY, PATIENCE, MAX_BYTES);
    private final Seda component = new Seda();

    public Hooks(CamelContext context) {
        this.context = context;
    }

    /** Ids of the routes that listen, sorted. */
    public List<String> names() {
        return context.getRoutes().stream()
                .filter(route -> isHook(route) && context.getRouteController().getRouteStatus(route.getRouteId()) == ServiceStatus.Started)
                .map(Route::getRouteId).sorted().toList();
    }

    private boolean isHook(Route route) {
        return route.getEndpoint() instanceof SedaEndpoint seda && KEY.equals(component.getQueueKey(seda.getEndpointUri()));
    }

    /** True while a hook is running. */
    public boolean listen() {
        QueueReference reference = component.getQueueReference(KEY);
        return reference != null && reference.hasConsumers();
    }

    EventQueue queue() {
        return queue;
    }

    /** Camel's component seda, with our queue behind the hooks' address, no matter which route names it first. */
    public SedaComponent component() {
        return component;
    }

    private final class Seda extends SedaComponent {

        @Override
        public QueueReference getOrCreateQueue(SedaEndpoint endpoint, Integer size, Boolean multipleConsumers,
                BlockingQueueFactory<Exchange> factory) {
            return super.getOrCreateQueue(endpoint, size, multipleConsumers,
                    KEY.equals(getQueueKey(endpoint.getEndpointUri())) ? new OneQueue() : factory);
        }
    }

    private final class OneQueue implements BlockingQueueFactory<Exchange> {

        @Override
        public EventQueue create() {
            return queue;
        }

        @Override
        public EventQueue create(int capacity) {
            return queue;
        }
    }
}
