package io.github.dingtalkcamel.component.agent;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.api.ReplyDraft;

/**
 * Reads an answer over HTTP, within its bounds. What is no success is a failure that quotes the answer's beginning. Of a stream of events
 * it shows the reply so far.
 */
final class AnswerReader implements BodySubscriber<AgentAnswer> {

    private static final int MOST_OF_AN_ERROR = 4 << 10;
    private static final int REDIRECTS = 300;
    private static final int CLIENT_ERRORS = 400;
    /** No Content: a success that says by its status that there is no reply, whatever Content-Type it names. */
    private static final int NO_CONTENT = 204;

    /** A longer reply is shown less often than with each piece: each time it is copied whole. */
    private static final int SHORT_DRAFT = 4_000;
    private static final long DRAFT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final CompletableFuture<AgentAnswer> answer = new CompletableFuture<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final int status;
    private final ContentType type;
    private final EventStream events;
    private final ReplyDraft draft;
    private Flow.Subscription subscription;
    private int shown;
    private long shownAt;

    private AnswerReader(ResponseInfo response, ReplyDraft draft) {
        this.draft = draft;
        status = response.statusCode();
        type = ContentType.of(response.headers().firstValue("Content-Type").orElse(null));
        events = isSuccess() && type.isEventStream() ? new EventStream() : null;
    }

    /** @param draft shows the reply while it forms; null for none */
    static BodyHandler<AgentAnswer> handler(ReplyDraft draft) {
        return response -> new AnswerReader(response, draft);
    }

    private boolean isSuccess() {
        return status / 100 == 2;
    }

    @Override
    public CompletionStage<AgentAnswer> getBody() {
        return answer;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        try {
            for (ByteBuffer buffer : buffers) {
                if (answer.isDone()) {
                    return;
                }
                if (events == null) {
                    collect(buffer);
                } else if (events.read(buffer)) {
                    answer.complete(events.end());
                    // the service may keep the connection open
                    subscription.cancel();
                    return;
                }
            }
            show();
        } catch (AgentFailedException e) {
            answer.completeExceptionally(e);
            subscription.cancel();
        }
    }

    private void show() {
        if (draft == null || events == null || events.length() == shown
                || events.length() > SHORT_DRAFT && System.nanoTime() - shownAt < DRAFT_NANOS) {
            return;
        }
        shown = events.length();
        shownAt = System.nanoTime();
        draft.update(events.soFar());
    }

    private void collect(ByteBuffer buffer) throws AgentFailedException {
        int most = isSuccess() ? AgentAnswer.most(type) : MOST_OF_AN_ERROR;
        byte[] bytes = new byte[Math.min(buffer.remaining(), most + 1 - body.size())];
        buffer.get(bytes);
        body.write(bytes, 0, bytes.length);
        if (body.size() > most) {
            throw isSuccess() ? AgentAnswer.tooLarge(most) : refusal();
        }
    }

    private AgentFailedException refusal() {
        String hint = status >= REDIRECTS && status < CLIENT_ERRORS ? ", and redirects are not followed: set url to where it leads" : "";
        return AgentFailedException.quoting("The service answered with status " + status + hint, body.toString(type.charset()));
    }

    @Override
    public void onError(Throwable error) {
        answer.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
        try {
            if (!isSuccess()) {
                throw refusal();
            }
            if (status == NO_CONTENT) {
                answer.complete(AgentAnswer.text(null));
                return;
            }
            answer.complete(events == null ? AgentAnswer.read(type, body.toByteArray()) : events.end());
        } catch (AgentFailedException e) {
            answer.completeExceptionally(e);
        }
    }
}
