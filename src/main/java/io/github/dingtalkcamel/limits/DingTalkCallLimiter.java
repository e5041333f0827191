package io.github.dingtalkcamel.limits;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallLimiter;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.Permit;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.UnavailableException;

/**
 * Permits every call to DingTalk, or refuses it: by the circuit of the host, and by the token bucket of (app, API) or custom robot, which
 * all senders share. Session webhooks have no bucket.
 * <p>
 * No caller waits here. A call that is not permitted fails with a {@link CallNotPermittedException}, at once and before anything was sent.
 */
public final class DingTalkCallLimiter implements CallLimiter {

    private static final String CARDS = "/v1.0/card";

    private final Map<String, HostCircuitBreaker> circuits = new ConcurrentHashMap<>();
    private final Map<String, AdaptiveRateLimiter> paces = new ConcurrentHashMap<>();
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final Duration firstPause;
    private final Clock clock;
    private final LongSupplier nanoTime;

    /** @param firstPause after which an unavailable host is tried for the first time */
    public DingTalkCallLimiter(Duration firstPause, Clock clock, LongSupplier nanoTime) {
        this.firstPause = firstPause;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** A permit for a caller that can wait for a later one, or null where there is none now. */
    GrantedPermit tryPass(String line) {
        return tryPass(line, true);
    }

    private GrantedPermit tryPass(String line, boolean canWait) {
        HostCircuitBreaker circuit = circuit(host(line));
        if (!circuit.tryPass()) {
            return null;
        }
        AdaptiveRateLimiter pace = pace(line);
        if (pace != null && !pace.tryPass(canWait)) {
            circuit.giveBack();
            return null;
        }
        return new GrantedPermit(line, nanoTime.getAsLong());
    }

    /** The permission for a call, which does not wait here. */
    @Override
    public CompletableFuture<Permit> acquirePermission(ApiRequest call, Instant waitUntil) {
        String line = line(call);
        GrantedPermit pass = tryPass(line, false);
        return pass == null ? CompletableFuture.failedFuture(notNow(line)) : CompletableFuture.completedFuture(permit(pass));
    }

    /** The permit as the component reports on it. */
    Permit permit(GrantedPermit pass) {
        return new Permit() {
            @Override
            public void answered() {
                learn(pass, null);
            }

            @Override
            public void failed(DingTalkException failure) {
                learn(pass, failure);
            }

            @Override
            public void notUsed() {
                giveBack(pass);
            }
        };
    }

    /** A permit that was not needed: the one call that tries a host must not get lost. */
    void giveBack(GrantedPermit pass) {
        circuit(host(pass.line())).giveBack();
    }

    /** Reports the outcome of a call to the circuit breaker and the rate limiter. @param failure null for a call that was done */
    private void learn(GrantedPermit pass, DingTalkException failure) {
        String line = pass.line();
        AdaptiveRateLimiter pace = pace(line);
        if (isHostsFault(failure)) {
            circuit(host(line)).failed(failure);
            return;
        }
        circuit(host(line)).answered();
        if (pace != null && failure instanceof ThrottledException) {
            pace.throttled(Throttling.of(failure.code()), pass.at());
        } else if (pace != null) {
            pace.taken();
        }
    }

    /** The host is unavailable, or has blocked this machine's address: that is so for all its APIs. */
    private static boolean isHostsFault(DingTalkException failure) {
        return failure instanceof UnavailableException || failure instanceof OutcomeUnknownException
               || failure instanceof ThrottledException && failure.code().equals(ThrottledException.BLOCKED);
    }

    CallNotPermittedException notNow(String line) {
        DingTalkException unavailable = circuit(host(line)).why();
        return unavailable != null
                ? new CallNotPermittedException(unavailable.code(), unavailable.getMessage(), unavailable.remedy(), line)
                : new CallNotPermittedException("notNow", "DingTalk takes no further call of " + shown(line) + " just now",
                        "It waits for its turn; if this lasts, send less, or raise the app's quota in DingTalk's console", line);
    }

    /** Notes whether calls wait in that line, so that new ones are put behind them. */
    void queueing(String line, boolean calls) {
        if (calls) {
            waiting.add(line);
        } else {
            waiting.remove(line);
        }
    }

    boolean isQueueing(String line) {
        return waiting.contains(line);
    }

    /** True while a host of DingTalk is unavailable. */
    public boolean isAway() {
        return circuits.values().stream().anyMatch(HostCircuitBreaker::isAway);
    }

    /** Each host that was called, and why it is unavailable; empty text for an available one. */
    public Map<String, String> hosts() {
        Map<String, String> hosts = new TreeMap<>();
        circuits.forEach((host, circuit) -> {
            DingTalkException why = circuit.why();
            hosts.put(host, why == null ? "" : why.getMessage() + ". " + why.remedy());
        });
        return hosts;
    }

    /** APIs that DingTalk throttles just now, {@code integration API}, with what they are held to. */
    public Map<String, String> throttled() {
        Map<String, String> throttled = new TreeMap<>();
        paces.forEach((line, pace) -> {
            if (!pace.isOpen()) {
                throttled.put(shown(line), pace.shown());
            }
        });
        return throttled;
    }

    private HostCircuitBreaker circuit(String host) {
        return circuits.computeIfAbsent(host, name -> new HostCircuitBreaker(name, firstPause, clock));
    }

    private AdaptiveRateLimiter pace(String line) {
        return line.indexOf(' ') < 0 ? null : paces.computeIfAbsent(line,
                name -> new AdaptiveRateLimiter(nanoTime, name.endsWith(" " + CARDS) ? Throttling.CARDS : null));
    }

    /** The host, and for what has a bucket also whose and which: {@code api.dingtalk.com main /v1.0/robot/groupMessages/send}. */
    static String line(ApiRequest request) {
        URI uri = request.uri();
        String host = uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
        return request.isSessionWebhook() ? host : host + " " + request.integration() + " " + api(request.name());
    }

    /** The card APIs are one: a reply that is shown in a card calls several of them, and one that is throttled slows all. */
    private static String api(String name) {
        return name.startsWith(CARDS + "/") ? CARDS : name;
    }

    private static String host(String line) {
        return line.indexOf(' ') < 0 ? line : line.substring(0, line.indexOf(' '));
    }

    private static String shown(String line) {
        return line.indexOf(' ') < 0 ? line : line.substring(line.indexOf(' ') + 1);
    }
}
