package io.github.dingtalkcamel.component.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import javax.net.ssl.SSLSocketFactory;

/**
 * Fetches a file from the address that DingTalk gave for it. Either from one of the app's base URLs, or from DingTalk's own hosts and those
 * that the app adds, there from public addresses only: all addresses of the name are checked, and the connection goes to one that was. Each
 * of at most five redirects is checked like the first address, and does not lead from the one to the other. Size and time are bounded, and
 * so is the number of files at once, each of which holds a thread. No message names the address, which gives access to the file.
 * <p>
 * Where the JVM has a proxy for the address, the proxy looks up the name: then only the name is checked.
 */
public final class FileDownload {

    /** Looks up a name. */
    @FunctionalInterface
    interface Dns {
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    private static final int MOST_REDIRECTS = 5;
    private static final int MOST_AT_ONCE = 64;
    private static final long PATIENCE_SECONDS = 5;
    private static final String REMEDY = "A later try can succeed; the download code lives for a limited time only";

    private final HttpClient http;
    private final Executor executor;
    private final ScheduledExecutorService deadlines;
    private final Dns dns;
    private final Predicate<InetAddress> allowed;
    private final SSLSocketFactory tls;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);

    /** @param http for addresses that the JVM has a proxy for; must not follow redirects */
    public FileDownload(HttpClient http, Executor executor, ScheduledExecutorService deadlines) {
        this(http, executor, deadlines, PublicAddresses::lookUp, PublicAddresses::isPublic,
                (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    /** @param allowed which addresses may be requested; those of the app's base URLs always may */
    FileDownload(HttpClient http, Executor executor, ScheduledExecutorService deadlines, Dns dns, Predicate<InetAddress> allowed,
            SSLSocketFactory tls) {
        this.http = http;
        this.executor = executor;
        this.deadlines = deadlines;
        this.dns = dns;
        this.allowed = allowed;
        this.tls = tls;
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
            uri = URI.create(address.strip());
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(refused("DingTalk's address of the file can't be read", app));
        }
        Fetch fetch = new Fetch(app, uri, into, maxBytes);
        Future<?> end = deadlines.schedule(fetch::expire, limit.toMillis(), TimeUnit.MILLISECONDS);
        return CompletableFuture.runAsync(fetch, executor).whenComplete((done, failure) -> end.cancel(false))
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(explained(failure, app, maxBytes)));
    }

    /** One file under way. */
    private final class Fetch implements Runnable {

        private final DingTalkApp app;
        private final URI first;
        private final Path into;
        private final long maxBytes;
        private AutoCloseable open;
        private boolean expired;

        Fetch(DingTalkApp app, URI first, Path into, long maxBytes) {
            this.app = app;
            this.first = first;
            this.into = into;
            this.maxBytes = maxBytes;
        }

        @Override
        public void run() {
            try {
                if (!places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new UnavailableException("tooManyDownloads", MOST_AT_ONCE + " files are downloaded already", REMEDY, null);
                }
                try {
                    follow();
                } finally {
                    places.release();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CompletionException(e);
            } catch (IOException | DingTalkException | RuntimeException e) {
                throw new CompletionException(isExpired() ? new HttpTimeoutException("not complete in time") : e);
            }
        }

        private void follow() throws IOException, DingTalkException, InterruptedException {
            boolean ofApp = isOfApp(app, first);
            URI uri = first;
            for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
                check(app, uri, ofApp);
                Optional<URI> next = isProxied(uri) ? byProxy(uri) : directly(uri, ofApp);
                if (next.isEmpty()) {
                    return;
                }
                uri = next.get();
            }
            throw new UnavailableException("downloadFailed", "The file's address redirects more than " + MOST_REDIRECTS
                    + " times", REMEDY, null);
        }

        private Optional<URI> directly(URI uri, boolean ofApp) throws IOException, DingTalkException {
            InetAddress[] addresses = dns.lookUp(uri.getHost().replaceAll("[\\[\\]]", ""));
            if (addresses.length == 0 || !ofApp && !Arrays.stream(addresses).allMatch(allowed)) {
                throw refused("The file's address is not a public one", app);
            }
            try (PinnedGet get = new PinnedGet(uri, tls)) {
                begin(get);
                get.send(addresses);
                return received(uri, get.status(), get.header("location"), get.contentLength(), get.body());
            }
        }

        private Optional<URI> byProxy(URI uri) throws IOException, DingTalkException, InterruptedException {
            CompletableFuture<HttpResponse<InputStream>> answer = http.sendAsync(HttpRequest.newBuilder(uri)
                    .header("User-Agent", "dingtalk-camel").build(), HttpResponse.BodyHandlers.ofInputStream());
            begin(() -> answer.cancel(true));
            HttpResponse<InputStream> response;
            try {
                response = answer.join();
            } catch (CompletionException e) {
                throw Failures.causeOf(e) instanceof IOException io ? io : new IOException(e);
            } catch (CancellationException e) {
                throw new HttpTimeoutException("not complete in time");
            }
            try (InputStream body = response.body()) {
                begin(body);
                long length = response.headers().firstValueAsLong("content-length").orElse(-1);
                return received(uri, response.statusCode(), response.headers().firstValue("location"),
                        length < 0 ? Optional.empty() : Optional.of(length), body);
            }
        }

        /** Where it is now, empty when it is complete. */
        private Optional<URI> received(URI uri, int status, Optional<String> location, Optional<Long> length, InputStream body)
                throws IOException, DingTalkException {
            boolean redirects = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
            if (redirects && location.isPresent()) {
                try {
                    return Optional.of(uri.resolve(location.get()));
                } catch (IllegalArgumentException e) {
                    // reported below
                }
            }
            if (status != 200) {
                throw new UnavailableException("downloadFailed", "The file's address answered with HTTP status " + status, REMEDY, null);
            }
            if (length.isPresent() && length.get() > maxBytes) {
                throw new BoundedAnswer.TooLargeException("the file is larger than " + maxBytes + " bytes");
            }
            try (OutputStream out = Files.newOutputStream(into)) {
                byte[] buffer = new byte[16_384];
                long left = maxBytes;
                for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                    left -= count;
                    if (left < 0) {
                        throw new BoundedAnswer.TooLargeException("the file is larger than " + maxBytes + " bytes");
                    }
                    out.write(buffer, 0, count);
                }
            }
            return Optional.empty();
        }

        /** What is closed where the time ends. */
        private synchronized void begin(AutoCloseable connection) throws IOException {
            if (expired) {
                throw new HttpTimeoutException("not complete in time");
            }
            open = connection;
        }

        private synchronized boolean isExpired() {
            return expired;
        }

        private synchronized void expire() {
            expired = true;
            try {
                if (open != null) {
                    open.close();
                }
            } catch (Exception e) {
                // it is given up in any case
            }
        }
    }

    private static boolean isOfApp(DingTalkApp app, URI uri) {
        return Addresses.sameOrigin(app.apiBaseUrl(), uri) || Addresses.sameOrigin(app.oapiBaseUrl(), uri);
    }

    private static void check(DingTalkApp app, URI uri, boolean ofApp) throws RejectedException {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https") || uri.getHost() == null || uri.getRawUserInfo() != null) {
            throw refused("DingTalk's address of the file is no http or https address", app);
        }
        if (ofApp ? !isOfApp(app, uri) : PublicAddresses.isOddNumber(uri.getHost())
                || !DownloadHosts.mayHoldAttachments(uri, app.attachmentHosts())) {
            throw refused("The attachment's host " + uri.getHost() + " is not one that attachments are fetched from", app);
        }
    }

    private boolean isProxied(URI uri) {
        ProxySelector selector = http.proxy().orElse(null);
        return selector != null && selector.select(uri).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
    }

    private static Exception explained(Throwable failure, DingTalkApp app, long maxBytes) {
        Throwable cause = Failures.causeOf(failure);
        if (cause instanceof DingTalkException known) {
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
        return new RejectedException("urlRefused", why, "If only DingTalk stores files there, add the host to " + app.names()
                .of("attachmentHosts"), null);
    }
}
