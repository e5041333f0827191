package io.github.dingtalkcamel.component.agent;

import java.net.URISyntaxException;
import java.util.concurrent.TimeUnit;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.util.TimeUtils;
import org.apache.camel.util.URISupport;

/** How long an agent may take for a whole answer, as property {@code timeout} of its kamelet says. */
public final class AgentTimeout {

    private final String kamelet;
    private long millis;

    /** @param kamelet its name, for errors */
    public AgentTimeout(String kamelet, long seconds) {
        this.kamelet = kamelet;
        this.millis = TimeUnit.SECONDS.toMillis(seconds);
    }

    /** @throws IllegalArgumentException where it is no time of more than 0 */
    public void set(String text) {
        millis = positive(text);
    }

    /**
     * In milliseconds. Camel's component {@code kamelet:} has an option {@code timeout} too and keeps what a route says there: so the
     * endpoint's URI is read.
     */
    public long millis(Exchange exchange) throws URISyntaxException {
        String to = exchange.getProperty(ExchangePropertyKey.TO_ENDPOINT, String.class);
        Object own = to != null && to.startsWith("kamelet:") ? URISupport.parseQuery(URISupport.extractQuery(to)).get("timeout") : null;
        return own == null ? millis : positive(own.toString());
    }

    private long positive(String timeout) {
        long given = TimeUtils.toMilliSeconds(timeout);
        if (given <= 0) {
            throw new IllegalArgumentException("Property timeout of " + kamelet + " must be more than 0, such as 60s");
        }
        return given;
    }
}
