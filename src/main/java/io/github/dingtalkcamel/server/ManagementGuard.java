package io.github.dingtalkcamel.server;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;

import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.settings.Settings;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.AuthenticationHandler;

/**
 * Who may use the management server (docs/promises.md 3, 9). Health is open to all. Everything else asks for the login where one is set,
 * and refuses what a page of another site makes a browser send: that page could stop routes in the name of the person who looks at it.
 *
 * <p>Not promised: protection from programs on this machine where no login is set.
 */
public final class ManagementGuard implements AuthenticationHandler {

    /** Jolokia's path; the console asks for it under its own. */
    public static final String JOLOKIA = "/observe/jolokia";
    public static final String CONSOLE = "/hawtio";
    public static final String CONSOLE_JOLOKIA = CONSOLE + "/jolokia";

    /** The operators' page itself; what it asks for is below it. */
    private static final Set<String> OPERATORS = Set.of("/dingtalk", "/dingtalk/");
    private static final String HEALTH = "/observe/health";
    /** What Jolokia may be asked for by GET, which any link or picture can send; the rest by POST. */
    private static final Set<String> SAFE = Set.of("", "version", "list", "read", "search");
    /** The console's editor styles itself, shows pictures from data, and works in threads made from its own scripts. */
    private static final String CONTENT = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'"
            + " data:; "
            + "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private static final int MAX_JOLOKIA_BYTES = 1 << 20;
    private static final int JOLOKIA_COPIES = 4;

    private final Handler<RoutingContext> health;
    private final HttpBudgets budgets;
    private final OwnNames names;
    private final FailedLogins logins;
    private final String user;
    private final Secret password;
    private LimitedVertx vertx;
    private BodyRules bodies;

    /** @param health answers requests for health, which are open to all; calls {@code next} for what it doesn't know */
    public ManagementGuard(Settings settings, HttpBudgets budgets, FailedLogins logins, Handler<RoutingContext> health) {
        this.health = health;
        this.budgets = budgets;
        this.names = new OwnNames(settings.managementHost(), settings.hostNames());
        this.logins = logins;
        this.user = settings.managementUser().orElse(null);
        this.password = settings.managementPassword();
    }

    /** The server that this guards; it does not listen yet. */
    public void guard(LimitedVertx server) {
        vertx = server;
        Duration most = server.limits().unprovedBodyTime();
        bodies = new BodyRules(MAX_JOLOKIA_BYTES, budgets.management(), JOLOKIA_COPIES, most, most);
    }

    @Override
    public void handle(RoutingContext request) {
        HttpServerResponse response = request.response();
        response.putHeader("Content-Security-Policy", CONTENT).putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Referrer-Policy", "same-origin").putHeader("Cross-Origin-Resource-Policy", "same-origin");
        String path = request.normalizedPath();
        if (isAt(HEALTH, path)) {
            health.handle(request);
        } else if (isForeign(request.request(), path)) {
            Refusal.send(request, 403, "foreign",
                    "Refused: sent by a page of another site, or by a name that is not this server's. Open the address that the program"
                            + " prints "
                    + "at its start, or list the name that you call it by in dingtalk.host-names (DINGTALK_HOST_NAMES)");
        } else if (offersLogin(request.request()) && logins.refuses(FailedLogins.Credential.MANAGEMENT, request.request())) {
            Refusal.send(request, 429, "too_many_failures", FailedLogins.remedy(FailedLogins.Credential.MANAGEMENT));
        } else if (!isKnown(request.request()) && offersLogin(request.request())
                && logins.failed(FailedLogins.Credential.MANAGEMENT, request.request())) {
            Refusal.send(request, 429, "too_many_failures", FailedLogins.remedy(FailedLogins.Credential.MANAGEMENT));
        } else if (!isKnown(request.request())) {
            response.putHeader("WWW-Authenticate", "Basic realm=\"dingtalk-camel\", charset=\"UTF-8\"");
            Refusal.send(request, 401, "login", "User and password are those of dingtalk.management-user and dingtalk.management-password");
        } else if (isAt(JOLOKIA, path) || isAt(CONSOLE_JOLOKIA, path)) {
            response.putHeader("Cache-Control", "no-store");
            proved(request);
            if (isSafe(request.request(), path)) {
                // only now, and where something takes it
                Bodies.read(request, bodies, request::next);
            } else {
                response.putHeader("Allow", "POST");
                Refusal.send(request, 405, "post", "By GET Jolokia can only be asked to read, search and list; call operations by POST");
            }
        } else {
            proved(request);
            request.next();
        }
    }

    /** Without a login, no connection counts as proved. */
    private void proved(RoutingContext request) {
        if (user != null) {
            vertx.connections().proved(request.request());
        }
    }

    public static boolean isAt(String place, String path) {
        return path.equals(place) || path.startsWith(place + "/");
    }

    private boolean isForeign(HttpServerRequest request, String path) {
        String host = request.getHeader("Host");
        return !names.isOwn(host) || !names.isOwnOrigin(request.getHeader("Origin"), host) || isCrossSite(request, path);
    }

    private boolean offersLogin(HttpServerRequest request) {
        return user != null && request.getHeader("Authorization") != null;
    }

    /** Asked of what browsers say of a request; those that say nothing name the page's origin, at least when it isn't a plain GET. */
    private static boolean isCrossSite(HttpServerRequest request, String path) {
        String site = request.getHeader("Sec-Fetch-Site");
        return site != null && !site.equals("same-origin") && !site.equals("none") && !isLinkToPage(request, path);
    }

    /** A link from elsewhere, a wiki or an alert, may lead to the console or the operators' page; that does nothing by itself. */
    private static boolean isLinkToPage(HttpServerRequest request, String path) {
        return request.method() == HttpMethod.GET && "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
                && "document".equals(request.getHeader("Sec-Fetch-Dest"))
                && (OPERATORS.contains(path) || isAt(CONSOLE, path) && !isAt(CONSOLE_JOLOKIA, path));
    }

    private boolean isKnown(HttpServerRequest request) {
        if (user == null) {
            return true;
        }
        String authorization = request.getHeader("Authorization");
        if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            return false;
        }
        String credentials;
        try {
            credentials = new String(Base64.getDecoder().decode(authorization.substring(6).strip()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return false;
        }
        int colon = credentials.indexOf(':');
        // both are compared, so that the time tells nothing
        return colon >= 0 && Secret.of(user).matches(credentials.substring(0, colon)) & password.matches(credentials.substring(colon + 1));
    }

    /** Checks the path as it was sent, which is what Jolokia reads, and its decoded form. */
    private static boolean isSafe(HttpServerRequest request, String path) {
        return request.method() != HttpMethod.GET || isReading(request.path()) && isReading(path) && request.getParam("p") == null;
    }

    private static boolean isReading(String path) {
        String place = isAt(JOLOKIA, path) ? JOLOKIA : CONSOLE_JOLOKIA;
        if (!isAt(place, path)) {
            return false;
        }
        String command = path.substring(Math.min(path.length(), place.length() + 1));
        return SAFE.contains(command.contains("/") ? command.substring(0, command.indexOf('/')) : command);
    }
}
