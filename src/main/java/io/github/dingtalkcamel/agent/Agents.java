package io.github.dingtalkcamel.agent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agents that run now, and which integrations they are triggered by. */
public final class Agents {

    private static final Logger LOG = LoggerFactory.getLogger(Agents.class);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final Clock clock;
    private final Map<String, AgentCalls> calls = new ConcurrentHashMap<>();
    /** For each agent how many of its calls may run at once; no entry for any number. */
    private final Map<String, Integer> limits = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private final AtomicInteger stuck = new AtomicInteger();
    private final AtomicLong discarded = new AtomicLong();
    /** For each agent the consumer that answers, last; before it, while they are being replaced, those of older versions of its route. */
    private final Map<String, List<AgentConsumer>> running = new TreeMap<>();
    /** Those of deleted routes, and since when: they answer only turns which had chosen them before. In ms, by the clock. */
    private final Map<AgentConsumer, Long> withdrawn = new HashMap<>();
    /** For each integration the agents with a trigger for it, the one that keeps it first. */
    private final Map<String, List<AgentConsumer>> triggers = new TreeMap<>();

    public Agents() {
        this(Clock.systemUTC());
    }

    Agents(Clock clock) {
        this.clock = clock;
    }

    /**
     * @throws IllegalArgumentException when no agent can have that name
     */
    public static String checkName(String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name
                    + "\" can't name an agent: use letters, digits, dot, dash and underscore, at most 64");
        }
        return name;
    }

    synchronized void add(AgentConsumer consumer) {
        String name = consumer.getEndpoint().getName();
        withdrawn.remove(consumer);
        AgentConsumer other = offered(name);
        if (other != null && !isSameRoute(other, consumer)) {
            throw new IllegalArgumentException("Agent " + name + " is provided by route " + other.getRouteId()
                    + " already: give one of the two another name");
        }
        List<AgentConsumer> versions = running.computeIfAbsent(name, it -> new ArrayList<>());
        if (!versions.contains(consumer)) {
            versions.add(consumer);
        }
        setLimit(name, consumer.getEndpoint().getMaxRunning());
        String integration = consumer.getEndpoint().getTrigger();
        if (integration == null) {
            return;
        }
        List<AgentConsumer> claims = triggers.computeIfAbsent(integration, id -> new ArrayList<>());
        if (!claims.contains(consumer)) {
            // a new version of the route that keeps the integration keeps it too
            claims.add(!claims.isEmpty() && isSameRoute(claims.get(0), consumer) ? 0 : claims.size(), consumer);
        }
        if (contenders(claims).size() > 1) {
            LOG.error("Integration {} triggers agent {} (route {}) and keeps doing so; the trigger of agent {} (route {}) has no effect: "
                    + "remove one of the two", integration, claims.get(0).getEndpoint().getName(), claims.get(0).getRouteId(), name,
                    consumer.getRouteId());
        }
    }

    synchronized void withdraw(AgentConsumer consumer) {
        withdrawn.putIfAbsent(consumer, clock.millis());
        forgetTriggers(consumer);
    }

    synchronized void remove(AgentConsumer consumer) {
        withdrawn.remove(consumer);
        running.values().forEach(versions -> versions.remove(consumer));
        running.values().removeIf(List::isEmpty);
        forgetTriggers(consumer);
    }

    private void setLimit(String name, Integer maxRunning) {
        if (maxRunning == null) {
            limits.remove(name);
        } else {
            limits.put(name, maxRunning);
        }
        AgentCalls known = calls.get(name);
        if (known != null) {
            known.admit();
        }
    }

    /** The calls of an agent that runs, or has run. */
    AgentCalls calls(String name) {
        AgentCalls known = calls.computeIfAbsent(name, agent -> new AgentCalls(agent, () -> limits.getOrDefault(agent, 0), clock));
        if (closed) {
            known.close();
        }
        return known;
    }

    /** Ends the wait of calls for their agents, since the process stops: their turns stay stored for the next start. */
    public void close() {
        closed = true;
        calls.values().forEach(AgentCalls::close);
    }

    /** Agents that are not asked since they failed too often, with why; sorted by name. */
    public Map<String, String> unavailable() {
        Map<String, String> unavailable = new TreeMap<>();
        calls.forEach((name, each) -> {
            String trouble = each.circuit().trouble();
            if (!trouble.isEmpty()) {
                unavailable.put(name, trouble);
            }
        });
        return unavailable;
    }

    /** Calls that wait until their agent has room. */
    public int waiting() {
        return calls.values().stream().mapToInt(AgentCalls::waiting).sum();
    }

    private void forgetTriggers(AgentConsumer consumer) {
        triggers.values().forEach(claims -> claims.remove(consumer));
        triggers.values().removeIf(List::isEmpty);
    }

    void stoppedButAtWork() {
        stuck.incrementAndGet();
    }

    void cameToItsEnd() {
        stuck.decrementAndGet();
        discarded.incrementAndGet();
    }

    /** Calls of agents that {@code /stop} could not end: their turns are over, and each may still hold a thread. */
    public int stuck() {
        return stuck.get();
    }

    /** Results of agents that came after {@code /stop}, and went nowhere. */
    public long discarded() {
        return discarded.get();
    }

    private AgentConsumer offered(String name) {
        List<AgentConsumer> versions = running.getOrDefault(name, List.of()).stream().filter(each -> !withdrawn.containsKey(each)).toList();
        return versions.isEmpty() ? null : versions.get(versions.size() - 1);
    }

    /**
     * The route that answers for an agent, or null while none runs.
     *
     * @param chosenAt when the caller chose the agent, in ms: a deleted route answers only those that chose it before
     */
    synchronized AgentConsumer find(String name, long chosenAt) {
        List<AgentConsumer> versions = running.get(name);
        if (versions == null) {
            return null;
        }
        AgentConsumer last = versions.get(versions.size() - 1);
        AgentConsumer offered = withdrawn.containsKey(last) ? offered(name) : last;
        return offered == null && chosenAt <= withdrawn.get(last) ? last : offered;
    }

    /** True while a route answers for the agent. */
    public synchronized boolean isRunning(String name) {
        return offered(name) != null;
    }

    /** Names of the agents that run, sorted. */
    public synchronized List<String> names() {
        return running.keySet().stream().filter(name -> offered(name) != null).toList();
    }

    /** The agent that the message's integration triggers, or null. */
    public String triggeredBy(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return triggered(message.integration());
    }

    /** Whether the message's integration triggers an agent. */
    public boolean isTriggered(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return triggered(message.integration()) != null;
    }

    /** The agent that an integration triggers, or null. */
    public synchronized String triggered(String integration) {
        List<AgentConsumer> claims = triggers.get(integration);
        return claims == null ? null : claims.get(0).getEndpoint().getName();
    }

    /** Integrations for which more than one running route has a trigger, with the agents concerned, the one that keeps it first. */
    public synchronized Map<String, List<String>> conflicts() {
        Map<String, List<String>> conflicts = new TreeMap<>();
        triggers.forEach((integration, claims) -> {
            List<String> contenders = contenders(claims);
            if (contenders.size() > 1) {
                conflicts.put(integration, contenders);
            }
        });
        return conflicts;
    }

    /** Names of the agents that claim an integration, each once for all versions of its route. */
    private static List<String> contenders(List<AgentConsumer> claims) {
        Map<String, String> names = new LinkedHashMap<>();
        claims.forEach(claim -> names.putIfAbsent(String.valueOf(claim.getRouteId()), claim.getEndpoint().getName()));
        return List.copyOf(names.values());
    }

    private static boolean isSameRoute(AgentConsumer one, AgentConsumer other) {
        return one == other || one.getRouteId() != null && one.getRouteId().equals(other.getRouteId());
    }
}
