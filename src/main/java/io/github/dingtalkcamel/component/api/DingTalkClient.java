package io.github.dingtalkcamel.component.api;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.secrets.Secret;

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

    private final HttpClient http;
    private final HttpClient patient;
    private final Executor executor;
    private final ScheduledExecutorService deadlines;
    private final CallLimiter limiter;
    private final CallRetry retry;
    private final CallObserver observer;
    private final TokenCache tokens;

    /**
     * @param http      connections for calls with short bodies; must not follow redirects
     * @param patient   the same for uploads, whose body is read from a file, and for GET, which the JDK's client may repeat by itself after
     *                  it looked up the name again; its threads may wait
     * @param executor  where answers are handled, and where the caller continues
     * @param deadlines ends calls that take too long
     */
    public DingTalkClient(HttpClient http, HttpClient patient, Executor executor, ScheduledExecutorService deadlines,
            CallLimiter limiter, CallRetry retry, CallObserver observer, InstantSource clock) {
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
            HttpRequest message;
            try {
                message = message();
            } catch (RuntimeException e) {
                permit.notUsed();
                result.completeExceptionally(new IllegalArgumentException(request.name() + ": the body can't be sent as JSON", e));
                return;
            }
            Duration limit = timeout.plusSeconds(message.bodyPublisher().map(BodyPublisher::contentLength)
                    .orElse(0L) / Deadline.SLOWEST_UPLOAD);
            boolean mayWait = request.body() instanceof MultipartForm || request.method().equals("GET");
            WholeAnswer answer = WholeAnswer.to(message, mayWait ? patient : http, LARGEST_ANSWER);
            Deadline.over(answer.received(), answer.sent(), limit, deadlines)
                    .whenCompleteAsync((received, lost) -> ended(received, lost, answer.began()), executor);
        }

        private HttpRequest message() {
            URI uri = request.uri();
            HttpRequest.Builder builder = HttpRequest.newBuilder().header("Accept", "application/json").header("User-Agent",
                    "dingtalk-camel");
            if (request.token().isSet() && request.isOapi()) {
                uri = Addresses.withParameter(uri, "access_token", request.token().reveal());
            } else if (request.token().isSet()) {
                builder.header("x-acs-dingtalk-access-token", request.token().reveal());
            }
            if (request.body() instanceof MultipartForm form) {
                builder.header("Content-Type", form.contentType()).method(request.method(), form.publisher());
            } else if (request.body() == null) {
                builder.method(request.method(), BodyPublishers.noBody());
            } else {
                builder.header("Content-Type", "application/json; charset=utf-8")
                        .method(request.method(), BodyPublishers.ofByteArray(DingTalkJson.bytes(request.body())));
            }
            return builder.uri(uri).build();
        }

        private void ended(WholeAnswer.Received response, Throwable lost, boolean answerBegan) {
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            try {
                if (lost != null) {
                    throw Failures.lost(request, lost, answerBegan, names);
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
