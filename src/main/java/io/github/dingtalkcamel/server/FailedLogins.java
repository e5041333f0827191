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
 * Makes guessing visible and slow. Wrong API tokens, management logins and webhook proofs are counted, and the first two are logged with
 * the client's address. After 20 wrong ones within a minute, one login of that address is checked each second until the minute is over, and
 * the others are refused unchecked. So a client with the right one gets in within a few tries although another client of the same address
 * (behind the same NAT or proxy) sends wrong ones, and a guesser has at most 80 tries a minute. A wrong one that was checked is refused
 * with the same 429.
 *
 * <p>An address is that of the connection: behind a proxy all clients share the proxy's, so the proxy should bound them itself. IPv6
 * addresses count by their first 64 bits, which belong to one customer. Wrong proofs block no address, since DingTalk's messages may come
 * by the same proxy. The last 10,000 addresses that failed are remembered. Not promised: that a guesser with many addresses is stopped, or
 * that the right one gets in where the same address floods this server with wrong ones.
 */
public final class FailedLogins {

    /** What can be guessed. */
    public enum Credential {
        API("API token", "dingtalk.api-token"), MANAGEMENT("management login", "dingtalk.management-password"),
        WEBHOOK("webhook proof", "dingtalk.app-secret");

        private final String what;
        private final String setting;

        Credential(String what, String setting) {
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
    private final Map<Credential, LongAdder> failed = new EnumMap<>(Credential.class);
    private final LongAdder refused = new LongAdder();
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
        for (Credential credential : Credential.values()) {
            failed.put(credential, new LongAdder());
        }
    }

    /**
     * Whether what a request offers must not be checked, because too much of its address was wrong. Its answer is 429 then, and has
     * {@code Retry-After}.
     */
    public boolean refuses(Credential credential, HttpServerRequest request) {
        return mayCheck(credential, address(request)) ? false : refuse(request);
    }

    /**
     * Notes that what a request offered was wrong.
     *
     * @return true where the answer is 429, which has {@code Retry-After} then, because too much of its address was wrong before
     */
    public boolean failed(Credential credential, HttpServerRequest request) {
        return failed(credential, address(request)) && refuse(request);
    }

    private boolean refuse(HttpServerRequest request) {
        refused.increment();
        request.response().putHeader("Retry-After", String.valueOf(BETWEEN_CHECKS.toSeconds()));
        return true;
    }

    /** Notes a wrong proof; the refusal's own log line has the address. */
    public void wrongProof() {
        failed.get(Credential.WEBHOOK).increment();
    }

    /** The error text for a request that is refused unchecked. */
    public static String remedy(Credential credential) {
        return MOST_A_MINUTE + " requests of your address had a wrong " + credential.what + " within a minute, so one a second is"
                + " checked until the minute is over. Try again as Retry-After says, with the value of " + credential.setting;
    }

    /** True where too much of the address was wrong within the minute. */
    synchronized boolean isLocked(Credential credential, String address) {
        return isLocked(byAddress.get(key(credential, address)));
    }

    private boolean isLocked(Failures failures) {
        return failures != null && failures.count >= MOST_A_MINUTE && clock.instant().isBefore(failures.since.plus(MINUTE));
    }

    /** Whether a request of the address may be checked; of a locked one the first of each second may, and this was it. */
    synchronized boolean mayCheck(Credential credential, String address) {
        Failures failures = byAddress.get(key(credential, address));
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
    boolean failed(Credential credential, String address) {
        failed.get(credential).increment();
        int count = count(credential, address);
        if (count < MOST_A_MINUTE) {
            LOG.warn("Wrong {} from {}, number {} of its address within a minute", credential.what, address, count);
        } else {
            LOG.warn("Wrong {} from {}, number {} of its address within a minute: until that is over one request of the address is"
                    + " checked each second, and the others are answered 429", credential.what, address, count);
        }
        return count > MOST_A_MINUTE;
    }

    private synchronized int count(Credential credential, String address) {
        Failures failures = byAddress.computeIfAbsent(key(credential, address), key -> new Failures());
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
    public long count(Credential credential) {
        return failed.get(credential).sum();
    }

    private static String address(HttpServerRequest request) {
        return request.remoteAddress() == null ? "unknown" : String.valueOf(request.remoteAddress().hostAddress());
    }

    private static String key(Credential credential, String address) {
        if (address.indexOf(':') >= 0) {
            try {
                // an address in digits is not looked up
                if (InetAddress.getByName(address.replaceFirst("%.*", "")) instanceof Inet6Address six) {
                    return credential + " " + HexFormat.of().formatHex(six.getAddress(), 0, 8);
                }
            } catch (UnknownHostException e) {
                // counted as it is spelt
            }
        }
        return credential + " " + address;
    }

    /** Adds the figures to the context's meters. */
    public void register(CamelContext context) {
        MeterRegistry meters = CamelContextHelper.findSingleByType(context, MeterRegistry.class);
        if (meters == null) {
            return;
        }
        // a counter holds its object weakly, and its function strongly
        failed.forEach((credential, count) -> FunctionCounter.builder("dingtalk.logins.failed", count, weak -> count.sum())
                .tag("at", credential.name().toLowerCase(Locale.ROOT))
                .description("Wrong API tokens, management logins and webhook proofs").register(meters));
        FunctionCounter.builder("dingtalk.logins.turned.away", refused, weak -> refused.sum())
                .description("Requests not looked at because their address had sent too many wrong ones").register(meters);
    }
}
