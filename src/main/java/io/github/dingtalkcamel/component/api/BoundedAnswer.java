package io.github.dingtalkcamel.component.api;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Collects an answer's body, and fails when it grows beyond a limit. */
public final class BoundedAnswer<T> implements HttpResponse.BodySubscriber<T> {

    private final HttpResponse.BodySubscriber<T> collected;
    private final long limit;
    private Flow.Subscription subscription;
    private long size;

    /** The answer is larger than the limit. */
    public static final class TooLargeException extends IOException {
        TooLargeException(String message) {
            super(message);
        }
    }

    private BoundedAnswer(long limit, HttpResponse.BodySubscriber<T> collected) {
        this.limit = limit;
        this.collected = collected;
    }

    /** For answers of at most so many bytes. */
    public static HttpResponse.BodyHandler<byte[]> of(int limit) {
        return response -> within(limit, HttpResponse.BodySubscribers.ofByteArray());
    }

    /** Passes at most so many bytes on to another subscriber. */
    public static <T> HttpResponse.BodySubscriber<T> within(long limit, HttpResponse.BodySubscriber<T> subscriber) {
        return new BoundedAnswer<>(limit, subscriber);
    }

    @Override
    public CompletionStage<T> getBody() {
        return collected.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        collected.onSubscribe(given);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        size += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
        if (size > limit) {
            subscription.cancel();
            collected.onError(new TooLargeException("the answer is larger than " + limit + " bytes"));
        } else {
            collected.onNext(buffers);
        }
    }

    @Override
    public void onError(Throwable error) {
        collected.onError(error);
    }

    @Override
    public void onComplete() {
        collected.onComplete();
    }
}
