package io.github.dingtalkcamel.observe;
import io.github.dingtalkcamel.component.api.Failure;
import org.apache.camel.Exchange;
import org.apache.camel.support.ExchangeHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a failure that no route expects, with its stack trace. The log bounds the lines of this logger: requests of unauthenticated clients
 * may cause them.
 */
public final class Unexpected {

    private static final Logger LOG = LoggerFactory.getLogger("dingtalk.unexpected");

    public void log(Exchange exchange) {
        String failed = exchange.getProperty(Exchange.FAILURE_ROUTE_ID, ExchangeHelper.getRouteId(exchange), String.class);
        LOG.error("Route {} failed unexpectedly", failed, Failure.of(exchange, Exception.class));
    }
}
