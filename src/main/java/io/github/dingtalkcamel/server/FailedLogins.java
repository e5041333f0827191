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
 * client's address. After 20 wrong ones within a minute, one login of that address is checked each second until the minute is over, and
 * the others are refused unseen. So a client with the right one gets in within a few tries although another client of the same address
 * (behind the same NAT or proxy) sends wrong ones, and a guesser has at most 80 tries a minute. A wrong one that was checked is refused
 * with the same 429.
 *
 * <p>An address is that of the connection: behind a proxy all clients share the proxy's, so the proxy should bound them itself. IPv6 addresses
 * count by their first 64 bits, which belong to one customer. Wrong proofs block no address, since DingTalk's messages may come by the same
 * proxy. The last 10,000 addresses that failed are remembered. Not promised: that a guesser with many addresses is stopped, or that the
 * right one gets in where the same address floods this server with wrong ones.
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
    /** Between two requests of a locked address that are checked. */
    private static final Duration BETWEEN_CHECKS = Duration.ofSeconds(1);
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
        private Instant nextCheck;
    }

    public FailedLogins(InstantSource clock) {
        this.clock = clock;
        for (Door door : Door.values()) {
            failed.put(door, new LongAdder());
        }
    }

    /**
     * Whether what a request offers must not be checked, because too much of its address was wrong. Its answer is 429 then, and has
     * {@code Retry-After}.
     */
    public boolean turnsAway(Door door, HttpServerRequest request) {
        return mayCheck(door, address(request)) ? false : turnAway(request);
    }

    /**
     * Notes that what a request offered was wrong.
     *
     * @return true where the answer is 429, which has {@code Retry-After} then, because too much of its address was wrong before
     */
    public boolean failed(Door door, HttpServerRequest request) {
        return failed(door, address(request)) && turnAway(request);
    }

    private boolean turnAway(HttpServerRequest request) {
        turnedAway.increment();
        request.response().putHeader("Retry-After", String.valueOf(BETWEEN_CHECKS.toSeconds()));
        return true;
    }

    /** Notes a wrong proof; the refusal's own log line has the address. */
    public void wrongProof() {
        failed.get(Door.WEBHOOK).increment();
    }

    /** The error text for a request that is refused unseen. */
    public static String remedy(Door door) {
        return MOST_A_MINUTE + " requests of your address had a wrong " + door.what + " within a minute, so one a second is"
                + " checked until the minute is over. Try again as Retry-After says, with the value of " + door.setting;
    }

    /** True where too much of the address was wrong within the minute. */
    synchronized boolean isLocked(Door door, String address) {
        return isLocked(byAddress.get(key(door, address)));
    }

    private boolean isLocked(Failures failures) {
        return failures != null && failures.count >= MOST_A_MINUTE && clock.instant().isBefore(failures.since.plus(MINUTE));
    }

    /** Whether a request of the address may be checked; of a locked one the first of each second may, and this was it. */
    synchronized boolean mayCheck(Door door, String address) {
        Failures failures = byAddress.get(key(door, address));
        if (!isLocked(failures)) {
            return true;
        }
        Instant now = clock.instant();
        if (now.isBefore(failures.nextCheck)) {
            return false;
        }
        failures.nextCheck = now.plus(BETWEEN_CHECKS);
        return true;
    }

    /** @return true where the address was locked already */
    boolean failed(Door door, String address) {
        failed.get(door).increment();
        int count = count(door, address);
        if (count < MOST_A_MINUTE) {
            LOG.warn("Wrong {} from {}, number {} of its address within a minute", door.what, address, count);
        } else {
            LOG.warn("Wrong {} from {}, number {} of its address within a minute: until that is over one request of the address is"
                    + " checked each second, and the others are answered 429", door.what, address, count);
        }
        return count > MOST_A_MINUTE;
    }

    private synchronized int count(Door door, String address) {
        Failures failures = byAddress.computeIfAbsent(key(door, address), key -> new Failures());
        Instant now = clock.instant();
        if (failures.since == null || !now.isBefore(failures.since.plus(MINUTE))) {
            failures.since = now;
            failures.count = 0;
        }
        if (++failures.count == MOST_A_MINUTE) {
            failures.nextCheck = now.plus(BETWEEN_CHECKS);
        }
        return failures.count;
    }

    /** How many wrong ones there were since the start. */
    public long count(Door door) {
        return failed.get(door).sum();
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
