package io.github.dingtalkcamel.component.agent;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.dingtalkcamel.component.api.Failures;
import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.text.LogSafe;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * Asks a service over HTTP for the answer to a message: the kamelet {@code http-agent-action}. It posts the {@link AgentEnvelope}; the
 * answer becomes the exchange's body.
 *
 * <p>Promises: no thread waits; the whole answer is there within the time-out, or the exchange fails; a {@link StopSignal} closes the
 * connection; a {@link ReplyDraft} is told the reply so far while a stream of events comes in. Redirects are not followed. A service is
 * asked once: what failed is not repeated.
 */
public final class HttpAgent extends AsyncProcessorSupport {

    private final AgentTimeout timeout = new AgentTimeout("http-agent-action", 60);
    private URI url;
    private String apiToken = "";

    /** @throws IllegalArgumentException where it is no http or https URL with a host */
    public void setUrl(String text) {
        KnownSecrets.keep(text.contains("?") ? text : null);
        URI given = URI.create(text.strip());
        if (given.getHost() == null || !List.of("http", "https").contains(given.getScheme()) || given.getRawUserInfo() != null) {
            throw new IllegalArgumentException("Property url of http-agent-action must be an http or https URL with a host,"
                    + " without user and password: use apiToken");
        }
        url = given;
    }

    /** Sent as bearer token; none where it is blank. */
    public void setApiToken(String token) {
        apiToken = token == null ? "" : token.strip();
        KnownSecrets.keep(apiToken);
    }

    /** @param text of the whole call, such as {@code 60s} */
    public void setTimeout(String text) {
        timeout.set(text);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        StopSignal stop = exchange.getProperty(StopSignal.PROPERTY, StopSignal.class);
        ReplyDraft draft = exchange.getProperty(ReplyDraft.PROPERTY) instanceof ReplyDraft given ? given : null;
        AgentConnections connections;
        HttpRequest request;
        long limit;
        try {
            limit = timeout.millis(exchange);
            connections = AgentConnections.of(exchange.getContext());
            request = request(exchange);
        } catch (Exception e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        Call call = new Call(connections.http().sendAsync(request, AnswerReader.handler(draft)));
        call.endAfter(connections, limit);
        if (stop != null) {
            stop.whenStopped(call);
        }
        call.outcome.whenComplete((answer, failure) -> {
            if (failure == null) {
                answer.setOn(exchange);
            } else {
                exchange.setException(failed(failure));
            }
            callback.done(false);
        });
        return false;
    }

    private HttpRequest request(Exchange exchange) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json; charset=UTF-8")
                .header("Accept", "application/json, text/markdown, text/plain, text/event-stream")
                .POST(BodyPublishers.ofString(AgentEnvelope.of(exchange), StandardCharsets.UTF_8));
        if (!apiToken.isEmpty()) {
            request.header("Authorization", "Bearer " + apiToken);
        }
        TraceContext.of(exchange).forEach(field -> request.header(field.name(), field.value()));
        return request.build();
    }

    private AgentFailedException failed(Throwable failure) {
        Throwable cause = Failures.causeOf(failure);
        String where = "Agent at " + url.getScheme() + "://" + url.getRawAuthority() + ": ";
        if (cause instanceof AgentFailedException known) {
            return new AgentFailedException(where + known.getMessage());
        }
        return new AgentFailedException(where + "no answer: " + LogSafe.of(cause.toString()), cause);
    }

    /** A call under way. It ends once: with its answer, a failure, its time-out, or when it is stopped. */
    private static final class Call implements StopSignal.Call {

        private final CompletableFuture<HttpResponse<AgentAnswer>> asked;
        private final CompletableFuture<AgentAnswer> outcome = new CompletableFuture<>();
        /** Why it was ended from here; null while it was not. */
        private final AtomicReference<String> reason = new AtomicReference<>();

        Call(CompletableFuture<HttpResponse<AgentAnswer>> asked) {
            this.asked = asked;
        }

        void endAfter(AgentConnections connections, long millis) {
            Future<?> timeout = connections.deadlines().schedule(
                    () -> end("no complete answer within " + millis + " ms"), millis, TimeUnit.MILLISECONDS);
            asked.whenCompleteAsync((response, failure) -> {
                timeout.cancel(false);
                if (failure == null) {
                    outcome.complete(response.body());
                } else {
                    String why = reason.get();
                    outcome.completeExceptionally(why == null ? failure : new AgentFailedException(why));
                }
            }, connections.threads());
        }

        private void end(String why) {
            if (reason.compareAndSet(null, why)) {
                asked.cancel(true);
            }
        }

        @Override
        public void end() {
            end("stopped");
        }

        @Override
        public boolean isOver() {
            return outcome.isDone();
        }
    }
}
