package io.github.dingtalkcamel.component.api;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.netty.handler.codec.http.FullHttpRequest;

/**
 * Calls DingTalk's two hosts. Nothing here blocks a thread.
 * <p>
 * Promises of every call: it asks the {@link CallLimiter} first, ends within its time-out even if the other side never answers, reads an
 * answer of at most 1 MiB, follows no redirect, and completes with DingTalk's answer only where that answer confirms the call; else with a
 * {@link DingTalkException}. A call whose access token is refused is repeated once with a new one. Nothing else is repeated, except by a
 * {@link CallRetry} for callers that can wait.
 */
public final class DingTalkClient {

    private static final long LARGEST_ANSWER = 1 << 20;
    private static final byte[] NOTHING = {};
    private static final String TOKEN = "x-acs-dingtalk-access-token";
    private static final String JSON = "application/json; charset=utf-8";
    private static final Map<String, String> HEADERS = Map.of("Accept", "application/json", "User-Agent", "dingtalk-camel");

    private final ShortCalls calls;
    private final HttpClient http;
    private final HttpClient patient;
    private final Executor executor;
    private final ScheduledExecutorService deadlines;
    private final CallLimiter limiter;
    private final CallRetry retry;
    private final CallObserver observer;
    private final TokenCache tokens;

    /**
     * @param calls     calls with short bodies that need no proxy
     * @param http      the same by a proxy; must not follow redirects
     * @param patient   for uploads, whose body is read from a file, and for GET, which the JDK's client may repeat by itself after
     *                  it looked up the name again; its threads may wait
     * @param executor  where answers are handled, and where the caller continues
     * @param deadlines ends calls that take too long
     */
    public DingTalkClient(ShortCalls calls, HttpClient http, HttpClient patient, Executor executor, ScheduledExecutorService deadlines,
            CallLimiter limiter, CallRetry retry, CallObserver observer, InstantSource clock) {
        this.calls = calls;
        this.http = http;
        this.patient = patient;
        this.executor = executor;
        this.deadlines = deadlines;
        this.limiter = limiter;
        this.retry = retry;
        this.observer = observer;
        this.tokens = new TokenCache(clock);
    }

    /** Posts a body as JSON to a path, with the app's access token. */
    public CompletableFuture<JsonNode> post(DingTalkApp app, String path, Object body, CallTiming timing) {
        return call(app, "POST", path, body, timing);
    }

    /**
     * Calls a path of either host, which may have a query, with the app's access token. A {@link MultipartForm} is sent as it is, other
     * bodies as JSON.
     */
    public CompletableFuture<JsonNode> call(DingTalkApp app, String method, String path, Object body, CallTiming timing) {
        return attempt(app, request(app, method, path, body), timing, 0);
    }

    /** The same, for callers that ask the {@link CallRetry} themselves: the call is repeated with a new access token only. */
    public CompletableFuture<JsonNode> callUnrepeated(DingTalkApp app, String method, String path, Object body, CallTiming timing) {
        return authorised(app, request(app, method, path, body), timing);
    }

    /** The call of a path of either host, which may have a query, without an access token. */
    public static ApiRequest request(DingTalkApp app, String method, String path, Object body) {
        int query = path.indexOf('?');
        return new ApiRequest(query < 0 ? path : path.substring(0, query), app.name(), Addresses.of(app.baseUrlOf(path), path),
                Secret.UNSET, body, method);
    }

    private CompletableFuture<JsonNode> attempt(DingTalkApp app, ApiRequest request, CallTiming timing, int failures) {
        return authorised(app, request, timing).exceptionallyCompose(failure -> {
            if (timing.waitUntil() == null || !(Failures.causeOf(failure) instanceof RetryableException again)) {
                return CompletableFuture.failedFuture(failure);
            }
            int failed = again instanceof CallNotPermittedException ? failures : failures + 1;
            return retry.retry(request, again, failed, timing.waitUntil())
                    .thenCompose(yes -> yes ? attempt(app, request, timing, failed) : CompletableFuture.failedFuture(failure));
        });
    }

    private CompletableFuture<JsonNode> authorised(DingTalkApp app, ApiRequest request, CallTiming timing) {
        return tokens.token(app, issuer(app, timing)).thenCompose(token -> callOnce(app.names(), request.with(token.value()), timing)
                .exceptionallyCompose(failure -> isRefused(failure) ? again(app, request, token, timing)
                : CompletableFuture.failedFuture(failure)));
    }

    private CompletableFuture<JsonNode> again(DingTalkApp app, ApiRequest request, AccessToken refused, CallTiming timing) {
        return tokens.tokenInPlaceOf(refused.value(), app, issuer(app, timing))
                .thenCompose(token -> callOnce(app.names(), request.with(token.value()), timing));
    }

    /** Makes the call for a new token. Others share it, so it does not wait for as long as this caller can. */
    private Function<ApiRequest, CompletableFuture<JsonNode>> issuer(DingTalkApp app, CallTiming timing) {
        return call -> callOnce(app.names(), call, new CallTiming(timing.timeout(), null));
    }

    private static boolean isRefused(Throwable failure) {
        return Failures.causeOf(failure) instanceof InvalidTokenException;
    }

    /**
     * The app's access token, from memory or from DingTalk; asked for ahead of its end. For those who keep it ready before it is needed.
     */
    public CompletableFuture<Void> prepareToken(DingTalkApp app, CallTiming timing) {
        return tokens.token(app, issuer(app, timing)).thenAccept(token -> { });
    }

    /** Makes one call as it is, for URLs that are secrets themselves. @param names what errors call the options */
    public CompletableFuture<JsonNode> callOnce(OptionNames names, ApiRequest request, CallTiming timing) {
        return limiter.acquirePermission(request, timing.waitUntil()).thenCompose(permit -> {
            if (timing.cancelled().getAsBoolean()) {
                permit.notUsed();
                return CompletableFuture.failedFuture(new CallCancelledException());
            }
            Call call = new Call(names, request, permit);
            call.start(timing.timeout());
            return call.result;
        });
    }

    /** A call that can be sent. @param size bytes of its body */
    private record Prepared(Supplier<SentCall> send, long size) {
    }

    /** One call under way. */
    private final class Call {

        private final OptionNames names;
        private final ApiRequest request;
        private final Permit permit;
        private final CompletableFuture<JsonNode> result = new CompletableFuture<>();
        private final long begin = System.nanoTime();

        Call(OptionNames names, ApiRequest request, Permit permit) {
            this.names = names;
            this.request = request;
            this.permit = permit;
        }

        void start(Duration timeout) {
            Prepared prepared;
            try {
                prepared = prepared();
            } catch (RuntimeException e) {
                permit.notUsed();
                result.completeExceptionally(new IllegalArgumentException(
                        request.name() + ": the request can't be made of its address, its access token and its body", e));
                return;
            }
            Duration limit = timeout.plusSeconds(prepared.size() / Deadline.SLOWEST_UPLOAD);
            SentCall call = prepared.send().get();
            Deadline.over(call.received(), call::end, limit, deadlines)
                    .whenCompleteAsync((received, lost) -> ended(received, lost, call), executor);
        }

        private Prepared prepared() {
            boolean mayWait = request.body() instanceof MultipartForm || request.method().equals("GET");
            URI uri = request.token().isSet() && request.isOapi()
                    ? Addresses.withParameter(request.uri(), "access_token", request.token().reveal()) : request.uri();
            Origin origin = Origin.of(uri);
            if (mayWait || !calls.reaches(origin)) {
                HttpRequest message = message(uri);
                return new Prepared(() -> JdkCall.send(message, mayWait ? patient : http, LARGEST_ANSWER),
                        message.bodyPublisher().map(BodyPublisher::contentLength).orElse(0L));
            }
            byte[] body = request.body() == null ? NOTHING : DingTalkJson.bytes(request.body());
            FullHttpRequest message = ShortRequest.of(request.method(), uri, origin.authority(), headers(), body);
            return new Prepared(() -> calls.send(origin, message, LARGEST_ANSWER), body.length);
        }

        private Map<String, String> headers() {
            Map<String, String> headers = new HashMap<>(HEADERS);
            if (request.body() != null) {
                headers.put("Content-Type", request.body() instanceof MultipartForm form ? form.contentType() : JSON);
            }
            if (request.token().isSet() && !request.isOapi()) {
                headers.put(TOKEN, request.token().reveal());
            }
            return headers;
        }

        private HttpRequest message(URI uri) {
            HttpRequest.Builder builder = HttpRequest.newBuilder(uri);
            headers().forEach(builder::header);
            if (request.body() instanceof MultipartForm form) {
                builder.method(request.method(), form.publisher());
            } else {
                builder.method(request.method(), request.body() == null ? BodyPublishers.noBody()
                        : BodyPublishers.ofByteArray(DingTalkJson.bytes(request.body())));
            }
            return builder.build();
        }

        private void ended(SentCall.Received response, Throwable lost, SentCall call) {
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            try {
                if (lost != null) {
                    boolean waited = lost instanceof HttpTimeoutException && !call.isUnderWay();
                    throw Failures.lost(request, waited ? new HttpConnectTimeoutException("no connection in time") : lost, call.began(),
                            names);
                }
                JsonNode answer = ResponseClassifier.of(request, response.status(), response.body(), names);
                permit.answered();
                observer.called(request, took, null);
                result.complete(answer);
            } catch (DingTalkException e) {
                permit.failed(e);
                observer.called(request, took, e);
                result.completeExceptionally(e);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        }
    }
}
