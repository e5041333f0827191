package io.github.dingtalkcamel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Clients without any proof attack the packaged jar, which runs with 256 MB of heap, over loopback. While each attack lasts, a proved
 * message and an encrypted callback must be answered within 5 s and health must say that all is well; afterwards what the attack held
 * must be free. Run at full size by {@code scripts/attack}, which ends with a table; smaller by {@code AttackIT}.
 */
public final class Attack implements AutoCloseable {

    private static final Duration IN_TIME = Duration.ofSeconds(5);
    private static final int MIB = 1 << 20;
    static final String LOGIN = "watcher:a-long-password-for-attacks";
    static final String TOKEN = "a-long-token-for-attacks";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final int percent;
    private final String only;
    private final Simulator simulator = PackagedJar.simulator(SimulatorOptions.defaults());
    private final PackagedJar jar;
    private final PackagedJar.Run run;
    private final List<RawHttp> sockets = new ArrayList<>();
    private final List<String> table = new ArrayList<>();
    private final List<AssertionError> broken = new ArrayList<>();
    private final AttackOnTrust trust;
    private int messages;

    /** What an attack does beside the checks that each has. */
    interface Step {
        String run() throws Exception;
    }

    /** @param percent of the full size */
    Attack(int percent) throws IOException {
        this(percent, "");
    }

    private Attack(int percent, String only) throws IOException {
        this.percent = percent;
        this.only = only;
        trust = new AttackOnTrust(simulator);
        jar = PackagedJar.facing(simulator).option("-Xmx256m").env("DINGTALK_STREAM", "false")
                .env("DINGTALK_WEBHOOK_PORT", String.valueOf(trust.webhookPort()))
                .env("DINGTALK_MANAGEMENT_HOST", "0.0.0.0").env("DINGTALK_HOST_NAMES", AttackOnTrust.GIVEN_NAME)
                .env("DINGTALK_MANAGEMENT_USER", LOGIN.split(":")[0]).env("DINGTALK_MANAGEMENT_PASSWORD", LOGIN.split(":")[1])
                .env("DINGTALK_API_TOKEN", TOKEN).env("DINGTALK_SHUTDOWN_TIMEOUT", "5")
                .env("DINGTALK_FALLBACK_AGENT", AttackOnTrust.AGENT).file("routes/attacked.camel.yaml", trust.agent());
        run = trust.postingWhile(jar::start);
        trust.started(this, jar, run);
    }

    public static void main(String[] arguments) throws Exception {
        try (Attack attack = new Attack(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100,
                arguments.length > 1 ? arguments[1] : "")) {
            attack.all();
        } catch (Throwable e) {
            // threads of what could not be closed would keep this process
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    /** Every attack, one after the other. */
    void all() throws Exception {
        proved();
        trust.all();
        attack("webhook", times(150) + " bodies of 1 MiB, one byte less", this::heldBodies);
        attack("webhook", times(150) + " chunked bodies that never end", this::endlessBodies);
        attack("webhook", times(200) + " whole bodies of 1 MiB full of empty objects, half of the clients gone at once", this::wideBodies);
        attack("webhook", times(400) + " connections with half a header", this::halfHeaders);
        attack("webhook", times(1_500) + " connections that say nothing", this::silentConnections);
        attack("webhook, management", "HTTP/2 by prior knowledge and by upgrade; Content-Length with Transfer-Encoding",
                this::otherProtocols);
        attack("webhook, management", "request lines and headers of 100 KB", this::longHeads);
        attack("management", times(15) + " clients with 5,000 requests each, of which none reads an answer", this::unreadAnswers);
        attack("management", times(260) + " bodies for Jolokia without the login", this::jolokia);
        attack("management", "bulks of 2000 and of 200 lists for Jolokia, two at once, with the login", this::bulks);
        attack("webhook, tools", times(3_000) + " malformed chunked bodies, multipart posts and ids with line breaks", this::logs);
        // first, since after wrong tokens the address has to wait for a minute
        attack("tools", "two files of 18 MB at once, four times, then ten, with the token", this::largeFiles);
        attack("tools", times(100) + " bodies of 32 MiB without the token", this::toolsWithoutToken);
        attack("tools", times(5_000) + " guesses of the token", this::guesses);
        if (only.isEmpty()) {
            stopUnderAttack();
        }
        System.out.println("\n| surface | what was tried | what holds |\n|---|---|---|");
        table.forEach(System.out::println);
        if (!broken.isEmpty()) {
            AssertionError all = new AssertionError(broken.size() + " attacks succeeded, the first: " + broken.get(0).getMessage());
            broken.forEach(all::addSuppressed);
            throw all;
        }
    }

    private int times(int full) {
        return Math.max(2, full * percent / 100);
    }

    /** One row of the table. One that fails does not keep the others from being tried. */
    void attack(String surface, String what, Step step) throws Exception {
        if (!surface.contains(only) && !what.contains(only)) {
            return;
        }
        String holds;
        try {
            holds = held(what, step);
        } catch (AssertionError | IOException | CompletionException | ConditionTimeoutException e) {
            broken.add(new AssertionError(what + ": " + e, e));
            holds = "**NOTHING**: " + String.valueOf(e).lines().findFirst().orElse("");
            closeAll();
        }
        String line = "| " + surface + " | " + what + " | " + holds + " |";
        table.add(line);
        System.out.println(line);
    }

    private String held(String what, Step step) throws Exception {
        String holds = step.run();
        proved();
        closeAll();
        Awaitility.await(what + ": memory is back").atMost(Duration.ofSeconds(20))
                .until(() -> figure("dingtalk_http_bytes{kind=\"unproved\"") == 0 && figure("dingtalk_http_bytes{kind=\"api\"") == 0);
        proved();
        if (run.log().contains("OutOfMemoryError") || run.errors().contains("OutOfMemoryError")) {
            throw new AssertionError("out of memory in: " + what);
        }
        return holds;
    }

    // what an honest client sees meanwhile

    /** A message with its proof in its headers, an encrypted callback, and health: all within the time. */
    private void proved() throws Exception {
        long start = System.nanoTime();
        is(200, post(url(), "", Callback.bytes(Callback.message("m" + messages++)), Callback.proof(Bot.APP_SECRET, Instant.now())::apply),
                "a proved message");
        Callback.Sealed sealed = Callback.sealed(Callback.message("m" + messages++));
        is(200, post(url(), sealed.query(), sealed.body(), request -> request), "an encrypted message");
        is(200, HTTP.send(HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/health/ready")).timeout(IN_TIME).build(),
                HttpResponse.BodyHandlers.ofString()).statusCode(), "health");
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        if (took.compareTo(IN_TIME) > 0) {
            throw new AssertionError("proved messages and health took " + took);
        }
    }

    static void is(int wanted, int status, String what) {
        if (status != wanted) {
            throw new AssertionError(what + " was answered " + status);
        }
    }

    String url() {
        return run.webhookUrl("main").replace("0.0.0.0", "127.0.0.1");
    }

    int post(String url, String query, byte[] body, java.util.function.UnaryOperator<HttpRequest.Builder> more) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + query)).timeout(IN_TIME)
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(body));
        return HTTP.send(more.apply(request).build(), HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    double figure(String start) throws Exception {
        String login = Base64.getEncoder().encodeToString(LOGIN.getBytes(StandardCharsets.UTF_8));
        String all = HTTP.send(HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/metrics"))
                .header("Authorization", "Basic " + login)
                .timeout(IN_TIME).build(), HttpResponse.BodyHandlers.ofString()).body();
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(start) + ".*? ([0-9.E+-]+)$").matcher(all);
        if (!line.find()) {
            throw new AssertionError("no " + start + " in the metrics");
        }
        return Double.parseDouble(line.group(1));
    }

    // what strangers do

    RawHttp open(String url) throws IOException {
        RawHttp socket = RawHttp.to(url);
        sockets.add(socket);
        return socket;
    }

    private void closeAll() throws IOException {
        for (RawHttp socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    static String head(String method, String path, String headers) {
        return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" + headers + "\r\n";
    }

    private String webhookPost(String headers) {
        return head("POST", URI.create(url()).getPath(), headers);
    }

    /** Sends as long as the other side takes it. */
    private static void sendAll(RawHttp socket, byte[] bytes) {
        try {
            socket.send(bytes);
        } catch (IOException refused) {
            // closed, as it may
        }
    }

    private String heldBodies() throws Exception {
        for (int i = 0; i < times(150); i++) {
            sendAll(open(url()).send(webhookPost("Content-Length: " + MIB + "\r\n")), new byte[MIB - 1]);
            if (i % 25 == 0) {
                proved();
            }
        }
        double held = figure("dingtalk_http_bytes{kind=\"unproved\"");
        if (held > 8 * MIB) {
            throw new AssertionError("bodies hold " + (long) held / MIB + " MiB");
        }
        return "bodies share " + megabytes("unproved") + "; "
                + (long) figure("dingtalk_http_bodies_refused_total{kind=\"unproved\"") + " refused";
    }

    private String megabytes(String kind) throws Exception {
        return (long) figure("dingtalk_http_bytes_limit{kind=\"" + kind + "\"") / MIB + " MiB";
    }

    private String endlessBodies() throws Exception {
        for (int i = 0; i < times(150); i++) {
            sendAll(open(url()).send(webhookPost("Transfer-Encoding: chunked\r\n") + "f0000\r\n"), new byte[0xf0000]);
        }
        return "likewise; closed after 10 s";
    }

    private String wideBodies() throws Exception {
        byte[] body = Arrays.copyOf(("{\"msgId\":[" + "{},".repeat(MIB / 3 - 10) + "{}]}").getBytes(StandardCharsets.UTF_8), MIB);
        Arrays.fill(body, body.length - 20, body.length, (byte) ' ');
        for (int i = 0; i < times(200); i++) {
            RawHttp socket = open(url()).send(webhookPost("Content-Length: " + MIB + "\r\n"));
            sendAll(socket, body);
            if (i % 2 == 0) {
                socket.close();
            }
        }
        return "looked through, never made a tree: 400, 401 or 503";
    }

    private String halfHeaders() throws Exception {
        for (int i = 0; i < times(400); i++) {
            open(url()).send("POST / HTTP/1.1\r\nHost: ");
        }
        return "at most " + bound() + " connections of an address; closed after 10 s";
    }

    private String silentConnections() throws Exception {
        for (int i = 0; i < times(1_500); i++) {
            open(url());
        }
        double open = figure("dingtalk_http_connections{port=\"webhook\"");
        // besides those of the address, one or two that this class has proved
        if (open > 256 + 10) {
            throw new AssertionError((long) open + " connections are open");
        }
        return "likewise (" + (long) figure("dingtalk_http_connections_refused_total{port=\"webhook\"") + " closed); management answers";
    }

    private long bound() throws Exception {
        return Math.min(256, (long) figure("dingtalk_http_connections{port=\"webhook\""));
    }

    private String otherProtocols() throws Exception {
        for (String url : List.of(url(), run.managementUrl())) {
            startsWith(open(url).send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status(), "HTTP/1.1 400");
            startsWith(open(url).send("GET /observe/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n").status(), "HTTP/1.1 ", "101");
            startsWith(open(url).send(head("POST", "/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n").status(),
                    "HTTP/1.1 400");
        }
        return "HTTP/1.1 only; 400 and closed";
    }

    static void startsWith(String status, String wanted, String... unwanted) {
        if (!status.startsWith(wanted) || Arrays.stream(unwanted).anyMatch(status::contains)) {
            throw new AssertionError("answered " + status);
        }
    }

    private String longHeads() throws Exception {
        String much = "x".repeat(100_000);
        for (String url : List.of(url(), run.managementUrl())) {
            tooLong(414, url, "GET /observe/health?" + much + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            tooLong(431, url, "GET /observe/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + much + "\r\n\r\n");
            tooLong(431, url, "GET /observe/health HTTP/1.1\r\nHost: 127.0.0.1\r\n" + "X: y\r\n".repeat(10_000) + "\r\n");
        }
        return "4 KiB for the line, 8 KiB for all headers: 414, 431";
    }

    /** The rest of the head may be too much for a connection that is closed already; the client then sees that instead of the status. */
    private void tooLong(int wanted, String url, String head) throws IOException {
        RawHttp socket = open(url);
        sendAll(socket, head.getBytes(StandardCharsets.UTF_8));
        String status = socket.status();
        if (!status.isEmpty() && !status.contains(" " + wanted + " ")) {
            throw new AssertionError("answered " + status);
        }
    }

    private String unreadAnswers() throws Exception {
        double before = figure("dingtalk_http_connections_late_total{port=\"management\"");
        byte[] requests = "GET /observe/metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(5_000).getBytes(StandardCharsets.UTF_8);
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < times(15); i++) {
            RawHttp socket = RawHttp.withSmallBuffer(run.managementUrl());
            sockets.add(socket);
            Thread sender = new Thread(() -> sendAll(socket, requests));
            sender.start();
            senders.add(sender);
        }
        // long before the 30 s after which an answer that is not taken ends a connection
        Awaitility.await("connections whose answers are not read are closed").atMost(Duration.ofSeconds(20)).until(() ->
                figure("dingtalk_http_connections_late_total{port=\"management\"") >= before + senders.size());
        for (Thread sender : senders) {
            sender.join();
        }
        return "closed once 64 KiB of answers wait to be read";
    }

    private String jolokia() throws Exception {
        for (int i = 0; i < times(260); i++) {
            startsWith(open(run.managementUrl()).send(head("POST", "/observe/jolokia", "Content-Length: 1000000\r\n")).status(),
                    "HTTP/1.1 401");
        }
        return "401 before a byte of the body";
    }

    private String bulks() throws Exception {
        is(400, bulk(2_000).join().statusCode(), "a bulk of 2000");
        for (CompletableFuture<HttpResponse<String>> answer : List.of(bulk(200), bulk(200))) {
            int status = answer.join().statusCode();
            if (status != 200 && status != 503) {
                throw new AssertionError("a bulk of 200 was answered " + status);
            }
        }
        return "at most 200 requests, the answer bounded: 400, 413 or 503";
    }

    private CompletableFuture<HttpResponse<String>> bulk(int lists) {
        String body = "[" + String.join(",", java.util.Collections.nCopies(lists, "{\"type\":\"list\"}")) + "]";
        String login = Base64.getEncoder().encodeToString(LOGIN.getBytes(StandardCharsets.UTF_8));
        return HTTP.sendAsync(HttpRequest.newBuilder(URI.create(run.managementUrl() + "/observe/jolokia")).timeout(Duration.ofSeconds(60))
                .header("Authorization", "Basic " + login).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private String logs() throws Exception {
        int before = run.log().length();
        int errorsBefore = run.errors().length();
        String tool = "/api/dingtalk/tools/dingtalk_send_file";
        for (int i = 0; i < times(3_000); i++) {
            RawHttp socket = RawHttp.to(url());
            try {
                socket.send(switch (i % 3) {
                    case 0 -> webhookPost("Transfer-Encoding: chunked\r\n") + "nonsense\r\n\u0001\r\n";
                    case 1 -> head("POST", tool, "Content-Length: 9\r\n").replace("application/json", "multipart/form-data; boundary=x")
                            + "--x--oops";
                    default -> webhookPost("Content-Length: 64\r\nsign: x\r\ntimestamp: 1\r\n")
                            + "{\"msgtype\":\"text\",\"msgId\":\"a\\r\\nERROR forged line\",\"x\":\"yyyyyy\"}";
                });
            } catch (IOException refused) {
                // closed, as it may
            } finally {
                socket.close();
            }
        }
        proved();
        String log = run.log().substring(before) + run.errors().substring(errorsBefore);
        int written = log.length();
        if (written > 40_000 || log.lines().anyMatch(line -> line.startsWith("\tat ") || line.startsWith("ERROR forged"))) {
            throw new AssertionError(written + " characters in the log:\n" + log.substring(Math.max(0, log.length() - 4_000)));
        }
        return "20 lines a minute for each logger, no stack trace, no forged line";
    }

    private String guesses() throws Exception {
        String url = url().replace("webhook/main", "integrations");
        int turnedAway = 0;
        for (int i = 0; i < times(5_000); i++) {
            int status = HTTP.send(HttpRequest.newBuilder(URI.create(url)).timeout(IN_TIME).header("Authorization", "Bearer guess" + i)
                    .build(), HttpResponse.BodyHandlers.ofString()).statusCode();
            if (status != 401 && status != 429) {
                throw new AssertionError("a guess was answered " + status);
            }
            turnedAway += status == 429 ? 1 : 0;
        }
        if (turnedAway < times(5_000) / 2 || figure("dingtalk_logins_failed_total{at=\"api\"") < 20
                || !run.log().contains("Wrong API token from 127.0.0.1")) {
            throw new AssertionError(turnedAway + " of the guesses were turned away:\n" + run.log());
        }
        return "20 a minute, then 429; logged with the address, and counted";
    }

    private String toolsWithoutToken() throws Exception {
        String path = "/api/dingtalk/tools/dingtalk_send_file";
        for (int i = 0; i < times(100); i++) {
            startsWith(open(url()).send(head("POST", path, "Content-Length: 33554432\r\n"
                    + "Authorization: Bearer wrong" + i + "\r\n")).status(), "HTTP/1.1 4");
        }
        return "401, or 429, before a byte of the body";
    }

    private String largeFiles() throws Exception {
        byte[] body = ("{\"recipient_type\":\"user_id\",\"recipient_id\":\"staff001\",\"timeoutMs\":60000,"
                + "\"name\":\"large.zip\",\"base64\":\""
                + Base64.getEncoder().encodeToString(new byte[18_000_000]) + "\"}").getBytes(StandardCharsets.UTF_8);
        String url = url().replace("webhook/main", "tools/dingtalk_send_file");
        List<Integer> statuses = new ArrayList<>();
        for (int together : new int[] {2, 2, 2, 2, 10}) {
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < together; i++) {
                answers.add(HTTP.sendAsync(HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(90))
                        .header("Authorization", "Bearer " + TOKEN).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
                        HttpResponse.BodyHandlers.ofString()));
            }
            // people who write meanwhile are answered
            proved();
            int before = statuses.size();
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                try {
                    statuses.add(answer.join().statusCode());
                } catch (CompletionException e) {
                    throw new AssertionError(together + " at once, answered " + statuses + ":\n" + run.log() + run.errors(), e);
                }
            }
            if (together == 2 && !statuses.subList(before, before + 2).equals(List.of(200, 200))) {
                throw new AssertionError("two at once, answered " + statuses + ":\n" + run.log());
            }
        }
        long done = statuses.stream().filter(status -> status == 200).count();
        if (done < 4 || statuses.stream().anyMatch(status -> status != 200 && status != 503)) {
            throw new AssertionError("answered " + statuses + ":\n" + run.log());
        }
        return "calls share " + megabytes("api") + "; " + done + " of " + statuses.size() + " sent, the rest 503";
    }

    private void stopUnderAttack() throws Exception {
        heldBodies();
        long start = System.nanoTime();
        run.terminate().exitStatus();
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        closeAll();
        if (took.compareTo(Duration.ofSeconds(11)) > 0) {
            throw new AssertionError("SIGTERM took " + took);
        }
        table.add("| process | SIGTERM while " + times(150) + " bodies are held | ended after "
                + took.toMillis() + " ms (time-out 5 s and 5 s) |");
    }

    @Override
    public void close() throws IOException {
        closeAll();
        jar.close();
        trust.close();
        simulator.close();
    }
}
