package io.github.dingtalkcamel.agent;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultComponent;

/** Routes that answer messages. */
@Component("agent")
public class AgentComponent extends DefaultComponent {

    private static final int STOPPED_TURNS_THREADS = 4;

    private Agents agents;
    private ExecutorService afterStop;
    private ExecutorService waited;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        AgentEndpoint endpoint = new AgentEndpoint(uri, this, Agents.checkName(remaining));
        setProperties(endpoint, parameters);
        return endpoint;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        if (agents == null) {
            agents = CamelContextHelper.mandatoryLookup(getCamelContext(), "agents", Agents.class);
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        afterStop = getCamelContext().getExecutorServiceManager().newFixedThreadPool(this, "StoppedTurns", STOPPED_TURNS_THREADS);
        waited = getCamelContext().getExecutorServiceManager().newCachedThreadPool(this, "WaitedTurns");
    }

    @Override
    protected void doStop() throws Exception {
        getCamelContext().getExecutorServiceManager().shutdown(afterStop);
        getCamelContext().getExecutorServiceManager().shutdown(waited);
        super.doStop();
    }

    Agents agents() {
        return agents;
    }

    /** Continues stopped turns: not on the thread that stops them, which has to answer the command. */
    ExecutorService afterStop() {
        return afterStop;
    }

    /** Continues calls that waited for their agent: as many at once as turns may run. */
    void resume(Runnable call) {
        try {
            waited.execute(call);
        } catch (RejectedExecutionException e) {
            // the application stops
            call.run();
        }
    }
}
