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
final class Wire {

    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String url;

    Wire(Simulator simulator) {
        url = simulator.url();
    }

    record Reply(int status, HttpResponse<String> raw) {

        String text() {
            return raw.body();
        }

        JsonNode json() {
            return Wire.json(raw.body());
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse(null);
        }
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    Reply post(String pathOrUrl, String json, String... headers) throws IOException, InterruptedException {
        return send(request(pathOrUrl, headers).setHeader("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    Reply api(String path, String token, String json) throws IOException, InterruptedException {
        return post(path, json, "x-acs-dingtalk-access-token", token);
    }

    Reply get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).GET());
    }

    HttpRequest.Builder request(String pathOrUrl, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(pathOrUrl.startsWith("http") ? pathOrUrl : url + pathOrUrl))
                .timeout(Duration.ofSeconds(10));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return request;
    }

    Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Reply(response.statusCode(), response);
    }

    String token(String appKey, String appSecret) throws IOException, InterruptedException {
        return post("/v1.0/oauth2/accessToken", "{\"appKey\":\"" + appKey + "\",\"appSecret\":\"" + appSecret + "\"}").json()
                .path("accessToken").asText();
    }
}
