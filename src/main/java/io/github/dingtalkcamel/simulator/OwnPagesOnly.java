package io.github.dingtalkcamel.simulator;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Locale;

/**
 * Web pages of elsewhere may not steer the simulator: neither by a cross-site request (Origin) nor by a name of theirs that they
 * let point to this machine (Host).
 */
final class OwnPagesOnly implements Handler<RoutingContext> {

    private final Platform platform;

    OwnPagesOnly(Platform platform) {
        this.platform = platform;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String host = request.getHeader("Host");
        String origin = request.getHeader("Origin");
        boolean foreignPage = origin != null && !origin.equalsIgnoreCase("http://" + host) && !origin.equalsIgnoreCase("https://" + host);
        if (foreignPage || (isLoopback(request) && !namesThisMachine(host))) {
            ControlApi.fail(context, 403, "requests of web pages from elsewhere are refused");
        } else {
            context.next();
        }
    }

    private static boolean isLoopback(HttpServerRequest request) {
        String address = request.localAddress() == null ? null : request.localAddress().hostAddress();
        return address != null && (address.startsWith("127.") || address.equals("0:0:0:0:0:0:0:1") || address.equals("::1"));
    }

    private boolean namesThisMachine(String hostHeader) {
        if (hostHeader == null) {
            return true;
        }
        String host = hostHeader.toLowerCase(Locale.ROOT).replaceFirst(":\\d+$", "");
        return host.equals("localhost") || host.matches("[0-9.]+") || host.startsWith("[") || host.equals(URI.create(platform.url()).getHost());
    }
}
