package io.github.dingtalkcamel.simulator.chat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.api.SimulatedRobotSignature;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;

/**
 * Pushes to an app's callback URL, plain (docs/protocol.md 4) or encrypted (docs/protocol.md 5.2), over kept-alive connections, 64 at most.
 */
public final class CallbackPush {

    private static final int CONNECTIONS = 64;
    private static final int WAITING = 20_000;
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    private final HttpClient client;
    private final Platform platform;
    private final Duration timeout;

    public CallbackPush(Vertx vertx, Platform platform, Duration timeout) {
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setKeepAlive(true).setConnectTimeout((int) timeout.toMillis()).setTcpNoDelay(true),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(WAITING));
        this.platform = platform;
        this.timeout = timeout;
    }

    /** What the application answered, or why it did not. */
    record Outcome(int status, String body, String decrypted, String fault, Duration took) {

        Outcome opened(String plaintext) {
            return new Outcome(status, body, plaintext, fault, took);
        }

        Outcome faulty(String why) {
            return new Outcome(status, body, decrypted, why, took);
        }
    }

    Future<Outcome> plain(SimulatedApp app, String payload, Instant signedAt, String secret) {
        String timestamp = String.valueOf(signedAt.toEpochMilli());
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("Content-Type", "application/json; charset=utf-8")
                .add("timestamp", timestamp)
                .add("sign", SimulatedRobotSignature.of(timestamp, secret));
        return post(callbackUrl(app), headers, payload).map(CallbackPush::statusChecked);
    }

    Future<Outcome> encrypted(SimulatedApp app, String payload, String token) {
        if (app.aesKey() == null) {
            throw new IllegalArgumentException("app " + app.appKey() + " has no callbackToken and aesKey: nothing can be encrypted for it");
        }
        SimulatedCallbackCrypto crypto = new SimulatedCallbackCrypto(token, app.aesKey(), app.ownerKey());
        String encrypt = crypto.encrypt(payload);
        String timestamp = String.valueOf(platform.now().toEpochMilli());
        String nonce = RandomText.alphanumeric(8);
        String signature = crypto.signature(timestamp, nonce, encrypt);
        String url = callbackUrl(app);
        String signed = url + (url.contains("?") ? "&" : "?") + "signature=" + signature + "&msg_signature=" + signature
                + "&timestamp=" + timestamp + "&nonce=" + nonce;
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Content-Type", "application/json");
        SimulatedCallbackCrypto own = new SimulatedCallbackCrypto(app.callbackToken(), app.aesKey(), app.ownerKey());
        return post(signed, headers, Json.write(Json.object().put("encrypt", encrypt)))
                .map(CallbackPush::statusChecked)
                .map(outcome -> outcome.fault() == null ? opened(outcome, own) : outcome);
    }

    private static Outcome statusChecked(Outcome outcome) {
        return outcome.fault() != null || outcome.status() == 200 ? outcome : outcome.faulty("HTTP " + outcome.status());
    }

    private static String callbackUrl(SimulatedApp app) {
        if (app.callbackUrl() == null) {
            throw new IllegalArgumentException("app " + app.appKey()
                    + " has no callback URL: there is nowhere to push to. Set one, or connect by Stream");
        }
        return app.callbackUrl();
    }

    /** Checks an encrypted answer as DingTalk does (docs/protocol.md 5.4). */
    private static Outcome opened(Outcome outcome, SimulatedCallbackCrypto crypto) {
        ObjectNode answer = Json.objectOrNull(outcome.body());
        if (answer == null || !answer.path("timeStamp").isTextual() || !answer.path("nonce").isTextual()
                || !answer.path("encrypt").isTextual() || !answer.path("msg_signature").isTextual()) {
            return outcome.faulty("the answer is not JSON with the strings msg_signature, encrypt, timeStamp, nonce");
        }
        String encrypt = answer.path("encrypt").asText();
        String expected = crypto.signature(answer.path("timeStamp").asText(), answer.path("nonce").asText(), encrypt);
        if (!expected.equals(answer.path("msg_signature").asText())) {
            return outcome.faulty("the answer's msg_signature does not match");
        }
        try {
            String decrypted = crypto.decrypt(encrypt);
            Outcome opened = outcome.opened(decrypted);
            return decrypted.equals("success") ? opened : opened.faulty("the answer's plaintext is not success");
        } catch (IllegalArgumentException notForUs) {
            return outcome.faulty("the answer cannot be decrypted: " + notForUs.getMessage());
        }
    }

    private Future<Outcome> post(String url, MultiMap headers, String body) {
        RequestOptions request = new RequestOptions().setMethod(HttpMethod.POST).setAbsoluteURI(url)
                .setConnectTimeout(timeout.toMillis()).setHeaders(headers);
        long called = System.nanoTime();
        return client.request(request)
                .compose(open -> {
                    long begin = System.nanoTime();
                    return open.send(Buffer.buffer(body))
                            .compose(response -> read(response, begin))
                            .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                            .onFailure(failure -> open.reset());
                })
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .otherwise(failure -> new Outcome(0, "", null, reason(failure), Duration.ofNanos(System.nanoTime() - called)));
    }

    private String reason(Throwable failure) {
        return failure instanceof TimeoutException
                ? "no answer within " + timeout.toMillis() + " ms"
                : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    private static Future<Outcome> read(HttpClientResponse response, long begin) {
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > MAX_ANSWER_BYTES) {
                response.request().reset();
            } else {
                body.appendBuffer(part);
            }
        });
        return response.end().map(end -> new Outcome(response.statusCode(), body.toString(), null, null,
                Duration.ofNanos(System.nanoTime() - begin)));
    }
}
