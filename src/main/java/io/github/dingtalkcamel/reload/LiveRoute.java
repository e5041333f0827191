package io.github.dingtalkcamel.reload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.camel.AsyncProcessor;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.RouteAware;
import org.apache.camel.Service;
import org.apache.camel.StatefulService;
import org.apache.camel.Suspendable;
import org.apache.camel.SuspendableService;
import org.apache.camel.impl.engine.DefaultRoute;
import org.apache.camel.resume.ConsumerListener;
import org.apache.camel.resume.ConsumerListenerAware;
import org.apache.camel.resume.ResumeAware;
import org.apache.camel.resume.ResumeStrategy;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RouteIdAware;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.resume.AdapterHelper;
import org.apache.camel.support.service.ServiceHelper;

/**
 * A route that its consumer reaches through a {@link RouteSwitch}: a newer version of the route can take over the consumer, while this
 * one finishes the exchanges in it.
 */
final class LiveRoute extends DefaultRoute {

    private static final long CLOSED = Long.MIN_VALUE;

    private final AtomicLong inside = new AtomicLong();
    private RouteSwitch routeSwitch;
    private AsyncProcessor pipeline;
    private Consumer consumer;
    private Consumer takenOver;
    private ResumeStrategy resumeStrategy;
    private ConsumerListener<?, ?> consumerListener;

    LiveRoute(CamelContext context, NamedNode definition, String id, String description, String note, Endpoint endpoint,
            Resource resource) {
        super(context, definition, id, description, note, endpoint, resource);
    }

    /** Makes this version receive by the consumer of another one once {@link #open} is called. Call it before the services are gathered. */
    void takeOver(LiveRoute other) {
        takenOver = other.consumer;
        routeSwitch = other.routeSwitch;
    }

    /** Switches the consumer to this version. */
    void open() {
        routeSwitch.switchTo(this);
    }

    AsyncProcessor pipeline() {
        return pipeline;
    }

    boolean isConsuming() {
        return consumer instanceof StatefulService service && service.isStarted();
    }

    /** Counts an exchange in; false if the route is closed. */
    boolean enter() {
        while (true) {
            long now = inside.get();
            if (now < 0) {
                return false;
            }
            if (inside.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    void leave() {
        inside.decrementAndGet();
    }

    /** Whether no exchange is in the route nor in a service of it, such as a wire tap. */
    boolean isEmpty() {
        return inside.get() <= 0 && getServices().stream().filter(service -> service != consumer).noneMatch(LiveRoute::isBusy);
    }

    private static boolean isBusy(Service service) {
        return service instanceof ShutdownAware aware && aware.getPendingExchangesSize() > 0;
    }

    /** Closes the route for exchanges; false if one is in it. */
    boolean seal() {
        return inside.compareAndSet(0, CLOSED);
    }

    /** The services of the route, except its consumer. */
    List<Service> inner() {
        return getServices().stream().filter(service -> service != consumer).toList();
    }

    @Override
    protected void gatherServices(List<Service> services) throws Exception {
        pipeline = AsyncProcessorConverterHelper.convert(getProcessor());
        if (takenOver == null) {
            if (routeSwitch == null) {
                routeSwitch = new RouteSwitch(this);
            }
            consumer = getEndpoint().createConsumer(routeSwitch);
            prepare();
        } else {
            // only once: after a stop and a start the route creates its own
            consumer = takenOver;
            takenOver = null;
        }
        List<Service> roots = new ArrayList<>();
        if (consumer != null) {
            roots.add(consumer);
        }
        addService(roots, getProcessor());
        getOnCompletions().forEach(each -> addService(roots, each));
        getOnExceptions().forEach(each -> addService(roots, each));
        services.addAll(roots);
        for (Service root : roots) {
            for (Service child : ServiceHelper.getChildServices(root)) {
                if (!services.contains(child)) {
                    services.add(child);
                }
            }
        }
    }

    private static void addService(List<Service> services, Processor processor) {
        if (processor instanceof Service service) {
            services.add(service);
        }
    }

    /** Prepares the consumer as Camel's own routes do. */
    private void prepare() {
        belong(this);
        if (consumer instanceof ResumeAware<?> && resumeStrategy != null) {
            prepareResume();
        }
        if (consumer instanceof ConsumerListenerAware<?>) {
            listen();
        }
    }

    @SuppressWarnings({ "unchecked", "rawtypes" })
    private void prepareResume() {
        ResumeAware aware = (ResumeAware) consumer;
        resumeStrategy.setAdapter(AdapterHelper.eval(getCamelContext(), aware, resumeStrategy));
        aware.setResumeStrategy(resumeStrategy);
    }

    @SuppressWarnings({ "unchecked", "rawtypes" })
    private void listen() {
        ((ConsumerListenerAware) consumer).setConsumerListener(consumerListener);
    }

    /** Sets which route the consumer reports as its own. */
    void belong(LiveRoute route) {
        if (consumer instanceof RouteAware aware) {
            aware.setRoute(route);
        }
        if (consumer instanceof RouteIdAware aware) {
            aware.setRouteId(route.getId());
        }
    }

    @Override
    public Consumer getConsumer() {
        return consumer;
    }

    @Override
    public boolean supportsSuspension() {
        return consumer instanceof Suspendable && consumer instanceof SuspendableService;
    }

    @Override
    public void setResumeStrategy(ResumeStrategy strategy) {
        super.setResumeStrategy(strategy);
        resumeStrategy = strategy;
    }

    @Override
    public void setConsumerListener(ConsumerListener<?, ?> listener) {
        super.setConsumerListener(listener);
        consumerListener = listener;
    }
}
