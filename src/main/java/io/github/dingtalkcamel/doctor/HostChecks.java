package io.github.dingtalkcamel.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

import io.github.dingtalkcamel.settings.Settings;

/** The way to DingTalk's two hosts: DNS, proxy, TLS, and the clock by the date that DingTalk answers with. */
final class HostChecks {

    private static final Duration WAIT = Duration.ofSeconds(5);
    /** DingTalk's signatures hold for an hour; a clock that is further away than this is set wrong. */
    private static final Duration MOST_SKEW = Duration.ofMinutes(5);

    private static final int PROXY_AUTHENTICATION = 407;

    private final HttpClient http;
    private final Machine machine;

    HostChecks(HttpClient http, Machine machine) {
        this.http = http;
        this.machine = machine;
    }

    List<Finding> of(Settings settings) {
        List<Finding> findings = new ArrayList<>();
        Optional<ZonedDateTime> date = Optional.empty();
        for (URI host : List.of(settings.apiBaseUrl(), settings.oapiBaseUrl())) {
            Optional<Proxy> proxy = proxy(host);
            findings.add(dns(host, proxy.isPresent()));
            findings.add(proxy.map(used -> Finding.ok("proxy " + host.getHost(), "It is called by " + used.address()))
                    .orElseGet(() -> Finding.off("proxy " + host.getHost(), "It is called directly")));
            try {
                HttpResponse<Void> answer = http.send(HttpRequest.newBuilder(host).timeout(WAIT).build(),
                        HttpResponse.BodyHandlers.discarding());
                if (answer.statusCode() == PROXY_AUTHENTICATION) {
                    findings.add(proxyRefuses(host));
                    continue;
                }
                findings.add(Finding.ok("host " + host.getHost(), host + " answers"
                        + (host.getScheme().equals("https") ? ", by TLS" : ", without TLS")));
                date = answer.headers().firstValue("Date").flatMap(HostChecks::date).or(firstOf(date));
            } catch (SSLException e) {
                findings.add(Finding.wrong("tls " + host.getHost(), host + " has no certificate that is trusted here: " + e.getMessage(),
                        "Where a proxy opens TLS, give its certificate to the JVM: -Djavax.net.ssl.trustStore=…"));
            } catch (IOException e) {
                // the tunnel's refusal has no exception of its own
                findings.add(String.valueOf(e.getMessage()).contains(String.valueOf(PROXY_AUTHENTICATION)) ? proxyRefuses(host)
                        : Finding.wrong("host " + host.getHost(), host + " does not answer: " + e.getClass().getSimpleName(),
                                "Let this machine connect to it, or set HTTPS_PROXY"));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return findings;
            }
        }
        findings.add(clock(date));
        return findings;
    }

    private static Supplier<Optional<ZonedDateTime>> firstOf(Optional<ZonedDateTime> before) {
        return () -> before;
    }

    private static Finding dns(URI host, boolean byProxy) {
        try {
            InetAddress.getAllByName(host.getHost());
            return Finding.ok("dns " + host.getHost(), "The name is known");
        } catch (UnknownHostException e) {
            return byProxy ? Finding.off("dns " + host.getHost(), "The name is not known here: the proxy looks it up")
                    : Finding.wrong("dns " + host.getHost(), "The name is not known here",
                            "Look at the DNS server of this machine, or at dingtalk.api-base-url and dingtalk.oapi-base-url");
        }
    }

    private static Optional<Proxy> proxy(URI host) {
        List<Proxy> proxies = ProxySelector.getDefault() == null ? List.of() : ProxySelector.getDefault().select(host);
        return proxies.stream().findFirst().filter(first -> first.type() != Proxy.Type.DIRECT);
    }

    private static Finding proxyRefuses(URI host) {
        return Finding.wrong("proxy " + host.getHost(), "It refuses: HTTP " + PROXY_AUTHENTICATION,
                "Set its user and password in HTTPS_PROXY, or by -Dhttps.proxyUser and -Dhttps.proxyPassword");
    }

    private static Optional<ZonedDateTime> date(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private Finding clock(Optional<ZonedDateTime> date) {
        if (date.isEmpty()) {
            return Finding.unknown("clock", "DingTalk told no date to compare it with", null);
        }
        Duration skew = Duration.between(date.get().toInstant(), machine.clock().instant());
        return skew.abs().compareTo(MOST_SKEW) > 0 ? Finding.wrong("clock", "It is " + skew.toSeconds() + " s away from DingTalk's",
                "Set it by NTP: messages and signatures of another time are refused") : Finding.ok("clock", "It agrees with DingTalk's");
    }
}
