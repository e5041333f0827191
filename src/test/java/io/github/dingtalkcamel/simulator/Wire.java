package io.github.dingtalkcamel.simulator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Plain HTTP against a simulator, as an application would speak it. */
public final class Wire {

    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String url;

    public Wire(Simulator simulator) {
        url = simulator.url();
    }

    public record Reply(int status, HttpResponse<String> raw) {

        public String text() {
            return raw.body();
        }

        public JsonNode json() {
            return Wire.json(raw.body());
        }

        public String header(String name) {
            return raw.headers().firstValue(name).orElse(null);
        }
    }

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    public Reply post(String pathOrUrl, String json, String... headers) throws IOException, InterruptedException {
        return send(request(pathOrUrl, headers).setHeader("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    public Reply api(String path, String token, String json) throws IOException, InterruptedException {
        return post(path, json, "x-acs-dingtalk-access-token", token);
    }

    public Reply get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).GET());
    }

    public HttpRequest.Builder request(String pathOrUrl, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(pathOrUrl.startsWith("http") ? pathOrUrl : url + pathOrUrl))
                .timeout(Duration.ofSeconds(10));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return request;
    }

    public Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), response);
    }

    public String token(String appKey, String appSecret) throws IOException, InterruptedException {
        return post("/v1.0/oauth2/accessToken", "{\"appKey\":\"" + appKey + "\",\"appSecret\":\"" + appSecret + "\"}").json()
                .path("accessToken").asText();
    }
}
