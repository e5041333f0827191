package io.github.dingtalkcamel.component.api;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;


/**
 * Fetches a file from the address that DingTalk gave for it. Only from the app's base URLs or from DingTalk's own domains, there from
 * public addresses only; each
 * of at most five redirects is checked like the first address. Size and time are bounded. No message names the address, which gives access
 * to the file.
 */
public final class FileDownload {

    private static final int MOST_REDIRECTS = 5;
    private static final String REMEDY = "A later try can succeed; the download code lives for a limited time only";

    private final HttpClient http;
    private final Executor executor;
    private final ScheduledExecutorService deadlines;

    public FileDownload(HttpClient http, Executor executor, ScheduledExecutorService deadlines) {
        this.http = http;
        this.executor = executor;
        this.deadlines = deadlines;
    }

    /**
     * Writes the file.
     *
     * @param  address  as DingTalk gave it
     * @param  into     an existing file
     * @param  maxBytes a larger file is refused
     * @param  limit    for all of it, redirects included
     * @return          completed when the file is complete
     */
    public CompletableFuture<Void> fetch(DingTalkApp app, String address, Path into, long maxBytes, Duration limit) {
        URI uri;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(refused("DingTalk's address of the file can't be read", app));
        }
        CompletableFuture<Void> fetched = fetch(app, uri, into, maxBytes, 0);
        return Deadline.over(fetched, limit, deadlines)
                .exceptionallyComposeAsync(failure -> CompletableFuture.failedFuture(explained(failure, app, maxBytes)), executor);
    }

    private CompletableFuture<Void> fetch(DingTalkApp app, URI uri, Path into, long maxBytes, int redirects) {
        return CompletableFuture.runAsync(() -> check(app, uri), executor)
                .thenCompose(allowed -> http.sendAsync(HttpRequest.newBuilder(uri).header("User-Agent", "dingtalk-camel").build(),
                info -> info.statusCode() == 200
                        ? BoundedAnswer.within(maxBytes, BodySubscribers.ofFile(into)) : BodySubscribers.replacing(into)))
                .thenCompose(response -> {
                    if (response.statusCode() == 200) {
                        return CompletableFuture.completedFuture(null);
                    }
                    URI next = redirect(uri, response);
                    if (next == null || redirects == MOST_REDIRECTS) {
                        return CompletableFuture.failedFuture(new UnavailableException("downloadFailed",
                                "The file's address answered with HTTP status " + response.statusCode(), REMEDY, null));
                    }
                    return fetch(app, next, into, maxBytes, redirects + 1);
                });
    }

    private static URI redirect(URI uri, HttpResponse<?> response) {
        int status = response.statusCode();
        boolean redirects = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        try {
            return redirects ? response.headers().firstValue("Location").map(uri::resolve).orElse(null) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private void check(DingTalkApp app, URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https") || uri.getHost() == null || uri.getRawUserInfo() != null) {
            throw new NotAllowed("DingTalk's address of the file is no http or https address");
        }
        if (Addresses.sameOrigin(app.apiBaseUrl(), uri) || Addresses.sameOrigin(app.oapiBaseUrl(), uri)) {
            return;
        }
        if (!DownloadHosts.mayHoldAttachments(uri, app.attachmentHosts())) {
            throw new NotAllowed("The attachment's host " + uri.getHost() + " is not one that attachments are fetched from");
        }
        if (!isProxied(uri) && !isPublic(uri.getHost())) {
            throw new NotAllowed("The file's address is not a public one");
        }
    }

    private boolean isProxied(URI uri) {
        ProxySelector selector = http.proxy().orElse(null);
        return selector != null && selector.select(uri).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
    }

    private static boolean isPublic(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host)).allMatch(PublicAddresses::isPublic);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Exception explained(Throwable failure, DingTalkApp app, long maxBytes) {
        Throwable cause = Failures.causeOf(failure);
        if (cause instanceof NotAllowed refused) {
            return refused(refused.getMessage(), app);
        }
        if (cause instanceof UnavailableException known) {
            return known;
        }
        if (cause instanceof BoundedAnswer.TooLargeException) {
            return new FileException("fileTooLarge", "The file is larger than " + (maxBytes >> 20) + " MB",
                    "Ask the sender for a smaller file, or for a link to it");
        }
        String why = cause instanceof HttpTimeoutException ? "it was not complete in time" : cause.getClass().getSimpleName();
        return new UnavailableException("downloadFailed", "The file could not be fetched: " + why, REMEDY, null);
    }

    private static RejectedException refused(String why, DingTalkApp app) {
        return new RejectedException("urlRefused", why, "If nobody but DingTalk puts files there, add the host to " + app.names()
                .of("attachmentHosts"), null);
    }

    /** Carries the reason out of a future. */
    private static final class NotAllowed extends RuntimeException {
        NotAllowed(String message) {
            super(message, null, false, false);
        }
    }
}
