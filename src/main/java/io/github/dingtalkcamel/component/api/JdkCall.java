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
final class JdkCall implements SentCall {

    private final CompletableFuture<Received> received = new CompletableFuture<>();
    private volatile boolean began;
    /** Completed without a response once {@link #received} has the answer. */
    volatile CompletableFuture<HttpResponse<byte[]>> sent;

    private JdkCall() {
    }

    /** @param limit bytes of the largest body of an answer */
    static JdkCall send(HttpRequest request, HttpClient http, long limit) {
        JdkCall call = new JdkCall();
        call.sent = http.sendAsync(request, info -> {
            call.began = true;
            return BoundedAnswer.within(limit, call.new Reading(info.statusCode()));
        });
        call.sent.whenComplete((response, failure) -> {
            if (failure != null) {
                call.received.completeExceptionally(failure);
            }
        });
        return call;
    }

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
