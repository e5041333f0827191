package io.github.dingtalkcamel.stream;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Collects an answer's body, and fails when it grows beyond a limit. */
final class BoundedAnswer implements HttpResponse.BodySubscriber<byte[]> {

    private final HttpResponse.BodySubscriber<byte[]> collected = HttpResponse.BodySubscribers.ofByteArray();
    private final int limit;
    private Flow.Subscription subscription;
    private long size;

    private BoundedAnswer(int limit) {
        this.limit = limit;
    }

    static HttpResponse.BodyHandler<byte[]> of(int limit) {
        return response -> new BoundedAnswer(limit);
    }

    @Override
    public CompletionStage<byte[]> getBody() {
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
            collected.onError(new IOException("the answer is larger than " + limit + " bytes"));
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
