package io.github.dingtalkcamel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.awaitility.Awaitility;

/** A headless Chromium with one page, led by its DevTools protocol. */
final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final AtomicInteger calls = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();

    private Browser(Process process, Path profile, String page) {
        this.process = process;
        this.profile = profile;
        this.socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(page), new Answers()).join();
    }

    static Browser start(Path chromium) throws IOException {
        Path profile = Files.createTempDirectory("dingtalk-camel-chromium");
        Process process = new ProcessBuilder(chromium.toString(), "--headless=new", "--no-sandbox", "--disable-gpu",
                "--window-size=1280,800", "--remote-debugging-port=0", "--remote-allow-origins=*", "--user-data-dir=" + profile,
                "about:blank")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        Path port = profile.resolve("DevToolsActivePort");
        Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(port) && Files.readAllLines(port).size() == 2);
        String[] page = new String[1];
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            JsonNode targets = Callback.JSON.readTree(URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list")
                    .toURL());
            targets.forEach(target -> page[0] = target.path("type").asText().equals("page") ? target.path("webSocketDebuggerUrl")
                    .asText() : page[0]);
            return page[0] != null;
        });
        return new Browser(process, profile, page[0]);
    }

    void open(String url) {
        call("Page.navigate", Map.of("url", url));
    }

    /** Until an expression of JavaScript is true. */
    void await(String expression) {
        Awaitility.await(expression).atMost(PATIENCE).until(() -> "true".equals(evaluate("!!(" + expression + ")")));
    }

    String evaluate(String expression) {
        return call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true)).path("result").path("value").asText();
    }

    byte[] screenshot() {
        return Base64.getDecoder().decode(call("Page.captureScreenshot", Map.of("format", "png")).path("data").asText());
    }

    private JsonNode call(String method, Map<String, Object> parameters) {
        int id = calls.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        try {
            socket.sendText(Callback.JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true).join();
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).path("result");
        } catch (Exception e) {
            throw new IllegalStateException(method + ": " + e, e);
        }
    }

    @Override
    public void close() throws Exception {
        socket.abort();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    private final class Answers implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    JsonNode answer = Callback.JSON.readTree(text.toString());
                    CompletableFuture<JsonNode> asked = answers.remove(answer.path("id").asInt());
                    if (asked != null) {
                        asked.complete(answer);
                    }
                } catch (IOException e) {
                    answers.values().forEach(asked -> asked.completeExceptionally(e));
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }
    }
}
