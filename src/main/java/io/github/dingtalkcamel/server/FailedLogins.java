package io.github.dingtalkcamel.server;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.CamelContext;
import org.apache.camel.support.CamelContextHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes guessing visible and slow. Wrong API tokens, management logins and webhook proofs are counted, and the first two are logged with the
 * client's address. After 20 wrong ones within a minute, every login from that address is refused unseen until the minute is over.
 *
 * <p>An address is that of the connection: behind a proxy all clients share the proxy's, so the proxy should bound them itself. IPv6 addresses
 * count by their first 64 bits, which belong to one customer. Wrong proofs block no address, since DingTalk's messages may come by the same
 * proxy. The last 10,000 addresses that failed are remembered. Not promised: that a guesser with many addresses is stopped.
 */
public final class FailedLogins {

    /** What can be guessed. */
    public enum Door {
        API("API token", "dingtalk.api-token"), MANAGEMENT("management login", "dingtalk.management-password"),
        WEBHOOK("webhook proof", "dingtalk.app-secret");

        private final String what;
        private final String setting;

        Door(String what, String setting) {
            this.what = what;
            this.setting = setting;
        }
    }

    /** Wrong ones of an address within a minute after which it has to wait. */
    public static final int MOST_A_MINUTE = 20;

    private static final Logger LOG = LoggerFactory.getLogger("dingtalk.access");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int KNOWN_ADDRESSES = 10_000;

    private final InstantSource clock;
    private final Map<Door, LongAdder> failed = new EnumMap<>(Door.class);
    private final LongAdder turnedAway = new LongAdder();
    private final Map<String, Failures> byAddress = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > KNOWN_ADDRESSES;
        }
    };

    private static final class Failures {
        private Instant since;
        private int count;
    }

    public FailedLogins(InstantSource clock) {
        this.clock = clock;
        for (Door door : Door.values()) {
            failed.put(door, new LongAdder());
        }
    }

    /** Whether a request is refused unseen, because its address had too many wrong ones; then the answer's {@code Retry-After} is set. */
    public boolean turnsAway(Door door, HttpServerRequest request) {
        long seconds = secondsToWait(door, address(request));
        if (seconds > 0) {
            turnedAway.increment();
            request.response().putHeader("Retry-After", String.valueOf(seconds));
        }
        return seconds > 0;
    }

    /** Notes that what a request offered was wrong. */
    public void failed(Door door, HttpServerRequest request) {
        failed(door, address(request));
    }

    /** Notes a wrong proof; the refusal's own log line has the address. */
    public void wrongProof() {
        failed.get(Door.WEBHOOK).increment();
    }

    /** The error text for a request that is refused unseen. */
    public static String remedy(Door door) {
        return "More than " + MOST_A_MINUTE + " requests of your address had a wrong " + door.what
                + " within a minute. Wait as Retry-After says, then send the value of " + door.setting;
    }

    synchronized long secondsToWait(Door door, String address) {
        Failures failures = byAddress.get(key(door, address));
        if (failures == null || failures.count < MOST_A_MINUTE) {
            return 0;
        }
        Duration left = Duration.between(clock.instant(), failures.since.plus(MINUTE));
        return left.isNegative() || left.isZero() ? 0 : left.toSeconds() + 1;
    }

    void failed(Door door, String address) {
        failed.get(door).increment();
        int count = count(door, address);
        if (count < MOST_A_MINUTE) {
            LOG.warn("Wrong {} from {}, number {} of its address within a minute", door.what, address, count);
        } else {
            LOG.warn("Wrong {} from {}, number {} of its address within a minute: until that is over the address is answered 429", door.what,
                    address, count);
        }
    }

    private synchronized int count(Door door, String address) {
        Failures failures = byAddress.computeIfAbsent(key(door, address), key -> new Failures());
        Instant now = clock.instant();
        if (failures.since == null || !now.isBefore(failures.since.plus(MINUTE))) {
            failures.since = now;
            failures.count = 0;
        }
        return ++failures.count;
    }

    /** How many wrong ones there were since the start. */
    public long count(Door door) {
        return failed.get(door).sum();
    }

    synchronized int knownAddresses() {
        return byAddress.size();
    }

    private static String address(HttpServerRequest request) {
        return request.remoteAddress() == null ? "unknown" : String.valueOf(request.remoteAddress().hostAddress());
    }

    private static String key(Door door, String address) {
        if (address.indexOf(':') >= 0) {
            try {
                // an address in digits is not looked up
                if (InetAddress.getByName(address.replaceFirst("%.*", "")) instanceof Inet6Address six) {
                    return door + " " + HexFormat.of().formatHex(six.getAddress(), 0, 8);
                }
            } catch (UnknownHostException e) {
                // counted as it is spelt
            }
        }
        return door + " " + address;
    }

    /** Adds the figures to the context's meters. */
    public void register(CamelContext context) {
        MeterRegistry meters = CamelContextHelper.findSingleByType(context, MeterRegistry.class);
        if (meters == null) {
            return;
        }
        // a counter holds its object weakly, and its function strongly
        failed.forEach((door, count) -> FunctionCounter.builder("dingtalk.logins.failed", count, weak -> count.sum()).tag("at", door.name().toLowerCase(Locale.ROOT))
                .description("Wrong API tokens, management logins and webhook proofs").register(meters));
        FunctionCounter.builder("dingtalk.logins.turned.away", turnedAway, weak -> turnedAway.sum())
                .description("Requests not looked at because their address had sent too many wrong ones").register(meters);
    }
}
