package io.github.dingtalkcamel.simulator.chat;

import java.net.URI;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Web pages of other origins can't control the simulator, on any address it listens on: neither by a cross-site request (Origin) nor by
 * a name of theirs that they let point to this machine (Host). It is called by localhost, by addresses in digits, which no DNS entry
 * can redirect, by the host of its URL, and by the names that it was given.
 */
public final class SameOriginGuard implements Handler<RoutingContext> {

    private final Platform platform;
    private final Set<String> given = new HashSet<>();

    public SameOriginGuard(Platform platform, SimulatorOptions options) {
        this.platform = platform;
        options.hostNames().forEach(name -> given.add(name.toLowerCase(Locale.ROOT)));
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String host = request.getHeader("Host");
        if (!isOwn(host) || !isOwnOrigin(request.getHeader("Origin"), host)) {
            ControlApi.fail(context, 403,
                    "requests of web pages from elsewhere, and by names that are not this simulator's, are refused. Open " + platform.url()
                    + "/, or list the name that you call it by in dingtalk.host-names (DINGTALK_HOST_NAMES)");
        } else {
            context.next();
        }
    }

    private boolean isOwnOrigin(String origin, String host) {
        if (origin == null) {
            return true;
        }
        String from = origin.replaceFirst("^https?://", "");
        return from.equalsIgnoreCase(host) || given.contains(name(from));
    }

    private boolean isOwn(String authority) {
        if (authority == null) {
            return true;
        }
        String name = name(authority);
        return name.equals("localhost") || name.matches("[0-9.]+|\\[[0-9a-f:.]+]") || name.equals(URI.create(platform.url()).getHost())
                || given.contains(name);
    }

    private static String name(String authority) {
        return authority.toLowerCase(Locale.ROOT).replaceFirst(":\\d+$", "");
    }
}
