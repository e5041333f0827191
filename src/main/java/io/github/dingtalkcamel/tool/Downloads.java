package io.github.dingtalkcamel.tool;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.component.api.PublicAddresses;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Fetches files from addresses that callers give. http and https only, without user or password; every address of a host name must be
 * allowed, the connection uses one of the checked addresses, and each redirect, at most five, is checked like the first. Size and time have
 * bounds. No proxy is used: behind a mandatory proxy this check would not protect.
 */
final class Downloads implements AutoCloseable {

    /** Looks up a name. */
    @FunctionalInterface
    interface Dns {
        InetAddress[] lookUp(String host) throws UnknownHostException;
    }

    private static final int MOST_REDIRECTS = 5;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(10);

    private static final ScheduledExecutorService DEADLINES = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "dingtalk-download-deadlines");
        thread.setDaemon(true);
        return thread;
    });

    private final Dns dns;
    private final Predicate<InetAddress> allowed;
    private final Duration deadline;
    private final Object clientLock = new Object();
    /** Made for the first download: its trust store is a part of the start that few programs need. */
    private CloseableHttpClient client;

    /**
     * @param allowed  which addresses may be asked
     * @param deadline for one fetch, all of it
     */
    Downloads(Dns dns, Predicate<InetAddress> allowed, Duration deadline) {
        this.dns = dns;
        this.allowed = allowed;
        this.deadline = deadline;
    }

    private CloseableHttpClient client() {
        synchronized (clientLock) {
            if (client == null) {
                client = newClient();
            }
            return client;
        }
    }

    private CloseableHttpClient newClient() {
        return HttpClientBuilder.create()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(new CheckedDns())
                        .setMaxConnTotal(64).setMaxConnPerRoute(16)
                        .setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(Timeout.of(CONNECT))
                                .setSocketTimeout(Timeout.of(SILENCE))
                                .setTimeToLive(TimeValue.ofSeconds(1)).build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(Timeout.of(SILENCE))
                        .setConnectionRequestTimeout(Timeout.of(CONNECT)).build())
                .disableRedirectHandling().disableAutomaticRetries().disableCookieManagement().disableAuthCaching()
                .setUserAgent("dingtalk-camel")
                .build();
    }

    /**
     * Fetches into a file.
     *
     * @param maxBytes more than this is refused, at the latest when it has come
     * @return the address it came from in the end
     */
    URI fetch(URI first, long maxBytes, Path into) throws FileException {
        long end = System.nanoTime() + deadline.toNanos();
        URI uri = first;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            check(uri);
            URI next = fetchOnce(uri, maxBytes, into, end);
            if (next == null) {
                return uri;
            }
            uri = next;
        }
        throw new FileException("urlRefused", "The url redirects more than " + MOST_REDIRECTS
                + " times", "Give the address that it leads to");
    }

    /** Parses a URL; the error of an invalid one does not quote it. */
    static URI uri(String url) throws FileException {
        try {
            return new URI(url.strip());
        } catch (URISyntaxException e) {
            throw refused("The url can't be read");
        }
    }

    private void check(URI uri) throws FileException {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw refused("Only http and https addresses are fetched");
        }
        if (uri.getHost() == null || uri.getRawUserInfo() != null || PublicAddresses.isOddNumber(uri.getHost())) {
            throw refused("The url's host must be a name or an address in its usual form, without user and password");
        }
        try {
            checked(uri.getHost());
        } catch (UnknownHostException e) {
            throw e instanceof NotAllowedException
                    ? new FileException("urlRefused", "The url's host has an address that is not public",
                            "Only public addresses are fetched unless"
                            + " dingtalk.files-private-urls is true")
                    : new FileException("urlUnreachable", "The url's host is not known", "Check the url");
        }
    }

    private static FileException refused(String why) {
        return new FileException("urlRefused", why,
                "Give an http or https address of a public host, such as https://files.example.com/report.pdf");
    }

    private static final class NotAllowedException extends UnknownHostException {
    }

    private InetAddress[] checked(String host) throws UnknownHostException {
        // an address in brackets is an address
        InetAddress[] addresses = dns.lookUp(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
        if (addresses.length == 0 || !Arrays.stream(addresses).allMatch(allowed)) {
            throw new NotAllowedException();
        }
        return addresses;
    }

    /**
     * What a connection is made by: the name is looked up once more, so the answer is checked once more, and that answer it is connected
     * to.
     */
    private final class CheckedDns implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            return checked(host);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    /** Null when it is done, else where it is now. */
    private URI fetchOnce(URI uri, long maxBytes, Path into, long end) throws FileException {
        HttpGet get = new HttpGet(uri);
        try {
            // bounds what neither a connect nor a silence bounds: bytes that come one by one
            Future<?> watch = DEADLINES.schedule(get::abort, Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            try {
                return client().execute(get, response -> received(get, uri, response, maxBytes, into));
            } finally {
                watch.cancel(false);
            }
        } catch (TooLargeException e) {
            throw tooLarge(maxBytes);
        } catch (NotAllowedException e) {
            throw refused("The url's host has an address that is not public");
        } catch (StatusException e) {
            throw new FileException("urlUnreachable", "The url answered with HTTP status "
                    + e.status, "Check the url: it must answer without a login");
        } catch (IOException | RuntimeException e) {
            throw new FileException("urlUnreachable", "The url could not be fetched: "
                    + (get.isAborted() ? "not complete within " + deadline.toSeconds() + " s"
                    : e.getClass().getSimpleName()), "Check the url, and that this machine reaches it directly");
        }
    }

    static FileException tooLarge(long maxBytes) {
        return new FileException("fileTooLarge", "The file is larger than " + (maxBytes >> 20) + " MB", "DingTalk takes " + (maxBytes >> 20)
                + " MB of this kind of file: make it smaller, or put it somewhere and send a link");
    }

    private static final class TooLargeException extends IOException {
    }

    private static final class StatusException extends IOException {
        private final int status;

        StatusException(int status) {
            this.status = status;
        }
    }

    private static URI received(HttpGet get, URI uri, ClassicHttpResponse response, long maxBytes, Path into) throws IOException {
        Header location = response.getFirstHeader("Location");
        int status = response.getCode();
        if ((status == 301 || status == 302 || status == 303 || status == 307 || status == 308) && location != null) {
            try {
                return uri.resolve(new URI(location.getValue().strip()));
            } catch (URISyntaxException e) {
                throw new StatusException(status);
            }
        }
        if (status != 200 || response.getEntity() == null) {
            throw new StatusException(status);
        }
        if (response.getEntity().getContentLength() > maxBytes) {
            get.abort();
            throw new TooLargeException();
        }
        try (InputStream in = response.getEntity().getContent(); OutputStream out = Files.newOutputStream(into)) {
            if (!copy(in, out, maxBytes)) {
                // closing what is not aborted would read the rest of it
                get.abort();
                throw new TooLargeException();
            }
        }
        return null;
    }

    private static boolean copy(InputStream in, OutputStream out, long maxBytes) throws IOException {
        byte[] buffer = new byte[16_384];
        long left = maxBytes;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            left -= count;
            if (left < 0) {
                return false;
            }
            out.write(buffer, 0, count);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        synchronized (clientLock) {
            if (client != null) {
                client.close();
            }
        }
    }
}
