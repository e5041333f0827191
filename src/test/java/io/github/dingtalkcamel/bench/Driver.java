package io.github.dingtalkcamel.bench;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Starts and controls a {@link DriverProcess}. One request at a time. */
final class Driver implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final PrintStream requests;
    private final BufferedReader answers;
    private final String url;

    private Driver(Process process) throws IOException {
        this.process = process;
        this.requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.url = answer().path("url").asText();
    }

    static Driver start(Path log) throws IOException {
        return new Driver(new ProcessBuilder(MeasuredProcess.java(), "-Xmx1g", "-cp", MeasuredProcess.classPath(),
                DriverProcess.class.getName())
                .redirectError(log.toFile()).start());
    }

    /** The platform's URL, for both base URLs. */
    String url() {
        return url;
    }

    Process process() {
        return process;
    }

    void app(String appKey, String secret, String callbackUrl) throws IOException {
        ask(request("app").put("app", appKey).put("secret", secret).put("callback", callbackUrl));
    }

    /** Returns when a message of that app was answered. */
    void awaitEcho(String appKey, boolean webhook) throws IOException {
        ask(request("probe").put("app", appKey).put("webhook", webhook));
    }

    PhaseResult closedLoop(String appKey, boolean webhook, int people, int messages) throws IOException {
        return PhaseResult.of(ask(request("closed").put("app", appKey).put("webhook", webhook).put("people", people)
                .put("messages", messages)));
    }

    PhaseResult openLoop(String appKey, boolean webhook, int people, int rate, int seconds) throws IOException {
        return PhaseResult.of(ask(request("open").put("app", appKey).put("webhook", webhook).put("people", people).put("rate", rate)
                .put("seconds", seconds)));
    }

    PhaseResult ceiling(int people, int messages) throws IOException {
        return PhaseResult.of(ask(request("ceiling").put("people", people).put("messages", messages)));
    }

    private static ObjectNode request(String what) {
        return JSON.createObjectNode().put("do", what);
    }

    private JsonNode ask(ObjectNode request) throws IOException {
        requests.println(request);
        JsonNode answer = answer();
        if (answer.hasNonNull("fault")) {
            throw new IOException("the driver could not do " + request + ": " + answer.path("fault").asText());
        }
        return answer;
    }

    private JsonNode answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the driver's process ended; its log says why");
        }
        return JSON.readTree(line);
    }

    @Override
    public void close() {
        requests.close();
        process.destroy();
    }
}
