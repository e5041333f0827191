package io.github.dingtalkcamel;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;

/**
 * The part of {@link Attack} that wants what the bot would not give: answers sent elsewhere, its files, its pages in the name of another,
 * its secrets, texts and answers that break it.
 */
final class AttackOnTrust implements AutoCloseable {

    static final String AGENT = "attacked";
    /** A name that the bot is told to be called by. */
    static final String GIVEN_NAME = "bot.example";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String USER = "staff002";
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Simulator simulator;
    private final int webhookPort = Ports.quiet();
    private final HttpServer stranger;
    private final ExecutorService strangersThreads = Executors.newCachedThreadPool();
    private final AtomicInteger callsOfStranger = new AtomicInteger();
    private final Set<Integer> answersWhileStarting = ConcurrentHashMap.newKeySet();
    private Attack attack;
    private PackagedJar jar;
    private PackagedJar.Run run;

    AttackOnTrust(Simulator simulator) throws IOException {
        this.simulator = simulator;
        stranger = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stranger.setExecutor(strangersThreads);
        stranger.createContext("/", call -> {
            callsOfStranger.incrementAndGet();
            call.sendResponseHeaders(200, 2);
            call.getResponseBody().write("{}".getBytes());
            call.close();
        });
        stranger.createContext("/agent", call -> {
            long megabytes = call.getRequestURI().getPath().endsWith("large") ? 3 : 1_000;
            call.sendResponseHeaders(200, 0);
            try (OutputStream answer = call.getResponseBody()) {
                for (long i = 0; i < megabytes << 4; i++) {
                    answer.write(new byte[1 << 16]);
                }
            }
        });
        stranger.start();
    }

    int webhookPort() {
        return webhookPort;
    }

    private String strangersUrl() {
        return "http://127.0.0.1:" + stranger.getAddress().getPort();
    }

    /** A route that answers with what it was sent, with the picture that it was sent, or with what an agent behind HTTP says. */
    String agent() {
        return """
                - route:
                    id: attacked
                    from:
                      uri: agent:%s
                      steps:
                        - choice:
                            when:
                              - simple: "${header.CamelDingTalkMessageType} == 'picture'"
                                steps:
                                  - doTry:
                                      steps:
                                        - to: direct:download-attachment
                                        - setBody: { simple: "fetched ${bodyAs(String)}" }
                                      doCatch:
                                        - exception: [ java.lang.Exception ]
                                          steps:
                                            - setBody: { constant: "not fetched" }
                              - simple: "${body} == 'large'"
                                steps:
                                  - to: { uri: "%2$s/agent/large" }
                              - simple: "${body} == 'endless'"
                                steps:
                                  - to: { uri: "%2$s/agent/endless" }
                - route:
                    id: own
                    from:
                      uri: platform-http:/own
                      steps:
                        - setBody: { constant: "taken" }
                """.formatted(AGENT, strangersUrl());
    }

    /** Posts to the webhook from before it listens until the start is over. */
    <T> T postingWhile(Callable<T> start) throws IOException {
        AtomicBoolean starting = new AtomicBoolean(true);
        Thread impatient = new Thread(() -> {
            while (starting.get()) {
                try {
                    answersWhileStarting.add(HTTP.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + webhookPort
                            + "/api/dingtalk/webhook/main")).timeout(PATIENCE).POST(HttpRequest.BodyPublishers.ofString("{}")).build(),
                            HttpResponse.BodyHandlers.discarding()).statusCode());
                } catch (IOException e) {
                    LockSupport.parkNanos(2_000_000); // nothing listens yet
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        impatient.start();
        try {
            return start.call();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        } finally {
            starting.set(false);
            impatient.interrupt();
        }
    }

    void started(Attack itsAttack, PackagedJar itsJar, PackagedJar.Run itsRun) {
        attack = itsAttack;
        jar = itsJar;
        run = itsRun;
        simulator.callbackUrl(Bot.APP_KEY, attack.url());
    }

    void all() throws Exception {
        attack.attack("webhook", "posts from before it listens until it runs", this::start);
        attack.attack("webhook", "proofs of the last hour and beyond, and of the next minutes", this::times);
        attack.attack("replies", "four session webhooks that lead to another robot, host or user", this::divertedReplies);
        attack.attack("attachments", "a download at a host that is not DingTalk's", this::foreignAttachment);
        attack.attack("agents", "answers of 3 MiB, and of 1,000 MiB over HTTP", this::largeAnswers);
        attack.attack("files", "what other users of the machine may read; secrets in the simulator's list of requests", this::files);
        attack.attack("management, simulator", "requests by a foreign name and of foreign pages, on 0.0.0.0, with the login",
                this::foreignPages);
        attack.attack("process", "known faults of what it is made of", AttackOnTrust::jars);
        attack.attack("webhook, tools", "bodies over the limit, multipart, a character of 12,000 parts", this::edges);
    }

    private String start() {
        if (!answersWhileStarting.contains(503) || !Set.of(503, 400).containsAll(answersWhileStarting)) {
            throw new AssertionError("answered " + answersWhileStarting);
        }
        return "503 with Retry-After until it runs, never 404";
    }

    private String times() throws Exception {
        for (int minutes : new int[] {6, 24 * 60, -61, -24 * 60}) {
            Attack.is(401, posted(Instant.now().plus(Duration.ofMinutes(minutes))), "a proof of " + minutes + " minutes from now");
        }
        for (int minutes : new int[] {4, -59}) {
            Attack.is(200, posted(Instant.now().plus(Duration.ofMinutes(minutes))), "a proof of " + minutes + " minutes from now");
        }
        return "an hour old, five minutes ahead at most: 401";
    }

    private int posted(Instant madeAt) throws Exception {
        return attack.post(attack.url(), "", Callback.bytes(Callback.message("t" + madeAt.toEpochMilli())),
                Callback.proof(Bot.APP_SECRET, madeAt)::apply);
    }

    /** What the bot answers to a message, in so many pieces. */
    private List<Delivery> answers(UserMessage message, int pieces) {
        simulator.clearRecords();
        if (!simulator.say(message.from(USER).byWebhook()).accepted()) {
            throw new AssertionError("a message was not taken");
        }
        return Awaitility.await("an answer").atMost(PATIENCE).until(() -> simulator.deliveriesTo(simulator.dm(Bot.APP_KEY, USER)),
                all -> all.size() >= pieces);
    }

    private String answer(UserMessage message) {
        return answers(message, 1).get(0).text();
    }

    private String divertedReplies() {
        String session = "/robot/sendBySession?session=0123456789abcdef0123456789abcdef";
        for (String url : List.of(simulator.url() + "/robot/send?access_token=stranger", strangersUrl() + session,
                simulator.url().replace("http://", "http://stranger@") + session,
                simulator.url() + "/robot/sendBySession/../send?access_token=x")) {
            List<Delivery> all = answers(UserMessage.text("hello").with("{\"sessionWebhook\":\"" + url + "\"}"), 1);
            if (all.get(0).channel() != Delivery.Channel.OTO
                    || simulator.requests().stream().anyMatch(call -> call.path().contains("/robot/send"))) {
                throw new AssertionError("the answer for " + url + " went by " + all.get(0).channel() + ", " + simulator.requests());
            }
        }
        noneReachedTheStranger();
        return "answered by the robot API; none of them was called";
    }

    private void noneReachedTheStranger() {
        if (callsOfStranger.get() != 0) {
            throw new AssertionError("the stranger's host was called");
        }
    }

    private String foreignAttachment() {
        String code = simulator.attach(Bot.APP_KEY, "x.png", "what was sent".getBytes());
        UserMessage picture = UserMessage.text("").without("text")
                .with("{\"msgtype\":\"picture\",\"content\":{\"downloadCode\":\"" + code + "\"}}");
        simulator.faults().on("/v1.0/robot/messageFiles/download").answer(200, "{\"downloadUrl\":\"" + strangersUrl() + "/secret\"}");
        String foreign = answer(picture);
        String own = answer(picture);
        if (!foreign.equals("not fetched") || !own.equals("fetched what was sent")) {
            throw new AssertionError("answered " + foreign + ", " + own);
        }
        noneReachedTheStranger();
        return "not fetched: hosts where DingTalk alone puts files";
    }

    private String largeAnswers() {
        for (String what : List.of("large", "endless")) {
            String answer = answer(UserMessage.text(what));
            if (answer.length() > 500 || !run.log().contains("agent " + AGENT + " failed")) {
                throw new AssertionError("answered with " + answer.length() + " characters");
            }
        }
        if (!run.log().contains("more than 1 MiB") || !run.log().contains("would be held in memory")) {
            throw new AssertionError("the log does not say why");
        }
        return "1 MiB of reply, 16 MiB of an answer over HTTP: a failed agent";
    }

    private String files() throws Exception {
        int files = 0;
        try (Stream<Path> all = Files.walk(jar.workingDirectory().resolve("data"))) {
            for (Path path : (Iterable<Path>) all::iterator) {
                String rights = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                if (!rights.equals(Files.isDirectory(path) ? "rwx------" : "rw-------")) {
                    throw new AssertionError(path.getFileName() + " is " + rights);
                }
                files += Files.isDirectory(path) ? 0 : 1;
            }
        }
        String requests = HTTP.send(HttpRequest.newBuilder(URI.create(simulator.url() + "/simulator/requests")).build(),
                HttpResponse.BodyHandlers.ofString()).body();
        if (files == 0 || requests.contains(Bot.APP_SECRET) || requests.contains(Bot.CALLBACK_TOKEN)) {
            throw new AssertionError(files + " files; secrets in " + requests);
        }
        return "data directory 0700, files 0600; no secret";
    }

    private String foreignPages() throws Exception {
        String login = Base64.getEncoder().encodeToString(Attack.LOGIN.getBytes());
        for (String path : List.of("/observe/metrics", "/observe/jolokia", "/hawtio/", "/")) {
            for (String foreign : List.of("Host: evil.example\r\n", "Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n",
                    "Host: 127.0.0.1\r\nOrigin: null\r\n", "Host: 127.0.0.1\r\nSec-Fetch-Site: cross-site\r\n")) {
                refused(run.managementUrl(), path, foreign + "Authorization: Basic " + login + "\r\n");
            }
        }
        for (String path : List.of("/simulator/requests", "/")) {
            refused(simulator.url(), path, "Host: evil.example\r\n");
            refused(simulator.url(), path, "Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n");
        }
        Attack.startsWith(attack.open(run.managementUrl()).send("GET /observe/metrics HTTP/1.1\r\nHost: " + GIVEN_NAME
                + "\r\nAuthorization: Basic " + login + "\r\n\r\n").status(), "HTTP/1.1 200");
        return "403, but for the names that they were given";
    }

    private void refused(String url, String path, String headers) throws IOException {
        Attack.startsWith(attack.open(url).send("GET " + path + " HTTP/1.1\r\n" + headers + "\r\n").status(), "HTTP/1.1 403");
    }

    private static String jars() throws IOException {
        List<String> jars;
        try (Stream<Path> lib = Files.list(Path.of("target", "lib"))) {
            jars = lib.map(jar -> jar.getFileName().toString()).sorted().toList();
        }
        List<String> netty = jars.stream().filter(jar -> jar.startsWith("netty-codec-http")).toList();
        for (String jar : netty) {
            int[] version = Arrays.stream(jar.replaceFirst("^[^0-9]*2?-", "").split("[.-]")).limit(3).mapToInt(Integer::parseInt).toArray();
            if (version[0] != 4 || version[1] != 1 || version[2] < 137) {
                throw new AssertionError(jar + " has known faults");
            }
        }
        Path bom = Path.of("target", "bom.json");
        if (!Files.exists(bom)) {
            return netty.get(0) + "; no list of all jars, since the build was offline";
        }
        Set<String> listed = ConcurrentHashMap.newKeySet();
        for (JsonNode component : Callback.JSON.readTree(bom.toFile()).path("components")) {
            listed.add(component.path("name").asText() + "-" + component.path("version").asText());
        }
        List<String> missing = new ArrayList<>(jars);
        missing.removeIf(jar -> listed.stream().anyMatch(jar::startsWith));
        if (!missing.isEmpty()) {
            throw new AssertionError("not in bom.json: " + missing);
        }
        return netty.get(0) + "; all " + jars.size() + " jars are in bom.json, for a scanner of advisories";
    }

    private String edges() throws Exception {
        String tool = "/api/dingtalk/tools/dingtalk_list_users";
        String token = "Authorization: Bearer " + Attack.TOKEN + "\r\n";
        json("HTTP/1.1 413", Attack.head("POST", tool, token + "Content-Length: " + ((32 << 20) + 1) + "\r\n"));
        json("HTTP/1.1 413", Attack.head("PUT", "/api/dingtalk/bindings/main/cid", token + "Content-Length: " + ((1 << 20) + 1) + "\r\n"));
        json("HTTP/1.1 413", Attack.head("POST", "/api/dingtalk/webhook/main", "Content-Length: " + ((1 << 20) + 1) + "\r\n"));
        json("HTTP/1.1 413", Attack.head("POST", "/own", "Content-Length: " + (3 << 20) + "\r\n"));
        json("HTTP/1.1 400", Attack.head("POST", tool, token + "Content-Length: 13\r\nConnection: close\r\n")
                .replace("application/json", "multipart/form-data; boundary=x") + "--x\r\nnonsense");
        String woman = "\uD83D\uDC69";
        String grapheme = woman + ("\u200D" + woman).repeat(4_000);
        String answered = String.join("", answers(UserMessage.text(grapheme), 3).stream().map(Delivery::text).toList());
        if (!answered.equals(grapheme)) {
            throw new AssertionError("of " + grapheme.length() + " characters " + answered.length() + " were answered");
        }
        return "413 and 400 in JSON; the character is cut, and nothing of it lost";
    }

    private void json(String status, String request) throws IOException {
        String answer = attack.open(attack.url()).send(request).answer();
        if (!answer.startsWith(status) || !answer.contains("application/json") || !answer.contains("{\"error\":{")) {
            throw new AssertionError("answered " + answer);
        }
    }

    @Override
    public void close() {
        stranger.stop(0);
        strangersThreads.shutdownNow();
    }
}
