package io.github.dingtalkcamel.component.model;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import io.github.dingtalkcamel.component.http.BoundedInputStream;

/**
 * One call of a model's server, as langchain4j's transport. {@link #close} closes its connection at any stage of the call: the
 * connection, the beginning of the answer, or the next piece of the stream.
 *
 * <p>A stream is whole once it has a {@code finish_reason} or ends with {@code [DONE]}: what breaks after that breaks nothing, and the
 * connection is closed soon where the server keeps it open. A stream with neither is {@link #isWhole not whole}. A server that answers
 * with one JSON object instead is understood as well ({@link WholeAnswer}).
 */
final class ClosableCall implements HttpClient {

    /** Far more than 1 MiB of reply takes in pieces of some letters each. */
    private static final long MOST_OF_A_STREAM = 64L << 20;
    private static final int MOST_OF_AN_ERROR = 16 << 10;
    /** The usage comes after the finish_reason. */
    private static final long AFTER_FINISH_MILLIS = 2_000;

    private final ModelClients clients;
    private CompletableFuture<HttpResponse<InputStream>> asked;
    private InputStream stream;
    private boolean closed;
    private volatile boolean whole;

    ClosableCall(ModelClients clients) {
        this.clients = clients;
    }

    /** As langchain4j wants it: the builder of this one call. */
    HttpClientBuilder asBuilder() {
        return new HttpClientBuilder() {
            @Override
            public Duration connectTimeout() {
                return null;
            }

            @Override
            public HttpClientBuilder connectTimeout(Duration timeout) {
                return this;
            }

            @Override
            public Duration readTimeout() {
                return null;
            }

            @Override
            public HttpClientBuilder readTimeout(Duration timeout) {
                return this;
            }

            @Override
            public HttpClient build() {
                return ClosableCall.this;
            }
        };
    }

    /** Whether the stream had a finish_reason or its end mark. */
    boolean isWhole() {
        return whole;
    }

    /** Closes the connection. Never blocks. */
    void close() {
        CompletableFuture<HttpResponse<InputStream>> waiting;
        InputStream open;
        synchronized (this) {
            closed = true;
            waiting = asked;
            open = stream;
        }
        if (waiting != null) {
            waiting.cancel(true);
        }
        closeQuietly(open);
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        throw new UnsupportedOperationException("models are asked for streams only");
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        CompletableFuture<HttpResponse<InputStream>> answer = clients.http().sendAsync(jdk(request),
                HttpResponse.BodyHandlers.ofInputStream());
        synchronized (this) {
            asked = answer;
            if (closed) {
                answer.cancel(true);
            }
        }
        try {
            answer.whenCompleteAsync((response, failure) -> {
                if (failure != null) {
                    listener.onError(failure);
                } else {
                    read(response, parser, listener);
                }
            }, clients.readers()).exceptionally(failure -> {
                listener.onError(failure);
                return null;
            });
        } catch (RejectedExecutionException e) {
            close();
            listener.onError(e);
        }
    }

    private static java.net.http.HttpRequest jdk(HttpRequest request) {
        java.net.http.HttpRequest.Builder builder = java.net.http.HttpRequest.newBuilder(URI.create(request.url()))
                .method(request.method().name(), java.net.http.HttpRequest.BodyPublishers.ofString(
                        request.body() == null ? "" : request.body()));
        request.headers().forEach((name, values) -> values.forEach(value -> builder.header(name, value)));
        return builder.build();
    }

    private void read(HttpResponse<InputStream> response, ServerSentEventParser parser, ServerSentEventListener listener) {
        try (InputStream in = response.body()) {
            synchronized (this) {
                stream = in;
                if (closed) {
                    listener.onError(new IOException("closed"));
                    return;
                }
            }
            if (response.statusCode() / 100 != 2) {
                String body = new String(in.readNBytes(MOST_OF_AN_ERROR), StandardCharsets.UTF_8);
                listener.onError(new HttpRefusal(response.statusCode(), body,
                        RetryAfter.of(response.headers().firstValue("Retry-After").orElse(null), Instant.now())));
                return;
            }
            StreamListener events = new StreamListener(listener, this::finished);
            parser.parse(new BoundedInputStream(WholeAnswer.asEvents(in), MOST_OF_A_STREAM,
                    () -> new IOException("the model's stream has more bytes than any reply needs")), events);
            events.onClose();
        } catch (IOException e) {
            listener.onError(e);
        }
    }

    private void finished() {
        if (!whole) {
            whole = true;
            try {
                clients.timer().schedule(() -> closeQuietly(stream), AFTER_FINISH_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                closeQuietly(stream);
            }
        }
    }

    private static void closeQuietly(InputStream open) {
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // it is closed all the same
            }
        }
    }
}
