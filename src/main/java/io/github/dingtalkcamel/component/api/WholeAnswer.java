package io.github.dingtalkcamel.component.api;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * One request of a JDK HTTP client, whose answer is there as soon as its last byte is read, on the thread that reads it.
 * <p>
 * The client itself completes its future by a thread of the common pool, which it wakes for nothing else. That is spared by completing
 * that future here, before the client does: it then has nothing left to hand on.
 */
final class WholeAnswer {

    private final CompletableFuture<Received> received = new CompletableFuture<>();
    private volatile boolean began;
    private volatile CompletableFuture<HttpResponse<byte[]>> sent;

    /** @param status the HTTP status */
    record Received(int status, byte[] body) {
    }

    private WholeAnswer() {
    }

    /** Sends the request. An answer of more than so many bytes fails {@link #sent}. */
    static WholeAnswer to(HttpRequest request, HttpClient http, long limit) {
        WholeAnswer answer = new WholeAnswer();
        answer.sent = http.sendAsync(request, info -> {
            answer.began = true;
            return BoundedAnswer.within(limit, answer.new Reading(info.statusCode()));
        });
        return answer;
    }

    /** Completed with the answer on the thread that read it, so nothing may wait there; never completed where there is none. */
    CompletableFuture<Received> received() {
        return received;
    }

    /** The client's future: completed exceptionally where there is no answer. Cancel it to end the call. */
    CompletableFuture<?> sent() {
        return sent;
    }

    /** Whether the other side has begun to answer. */
    boolean began() {
        return began;
    }

    /** The request as one of several kinds of calls. Its answer is completed also where there is none. */
    SentCall call() {
        sent.whenComplete((response, failure) -> {
            if (failure != null) {
                received.completeExceptionally(failure);
            }
        });
        return new OfJdk();
    }

    private final class OfJdk implements SentCall {

        @Override
        public CompletableFuture<Received> received() {
            return received;
        }

        @Override
        public void end() {
            sent.cancel(true);
        }

        @Override
        public boolean isUnderWay() {
            // the client does not tell
            return true;
        }

        @Override
        public boolean began() {
            return began;
        }
    }

    private void completed(Received whole) {
        received.complete(whole);
        CompletableFuture<?> call = sent;
        if (call != null) {
            call.complete(null);
        }
    }

    /** Tells of the whole body before the client learns of it. */
    private final class Reading implements BodySubscriber<byte[]> {

        private final int status;
        private final BodySubscriber<byte[]> bytes = HttpResponse.BodySubscribers.ofByteArray();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();

        Reading(int status) {
            this.status = status;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            bytes.onSubscribe(subscription);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            bytes.onNext(buffers);
        }

        @Override
        public void onError(Throwable error) {
            bytes.onError(error);
            body.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            bytes.onComplete();
            bytes.getBody().whenComplete((whole, failure) -> {
                if (failure == null) {
                    completed(new Received(status, whole));
                    body.complete(whole);
                } else {
                    body.completeExceptionally(failure);
                }
            });
        }
    }
}
