package io.github.dingtalkcamel.component.api;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

import io.netty.handler.codec.http.FullHttpRequest;

/** One call of {@link ShortCalls}. */
final class ShortCall implements SentCall {

    private final FullHttpRequest request;
    private final long limit;
    private final CompletableFuture<Received> received = new CompletableFuture<>();
    private volatile KeptConnection connection;
    private volatile boolean began;

    ShortCall(FullHttpRequest request, long limit) {
        this.request = request;
        this.limit = limit;
    }

    FullHttpRequest request() {
        return request;
    }

    /** Bytes of the largest body of an answer. */
    long limit() {
        return limit;
    }

    @Override
    public CompletableFuture<Received> received() {
        return received;
    }

    @Override
    public void end() {
        received.cancel(false);
        KeptConnection used = connection;
        if (used != null) {
            used.endOf(this);
        }
    }

    @Override
    public boolean isUnderWay() {
        return connection != null;
    }

    @Override
    public boolean began() {
        return began;
    }

    /** Nothing is to be sent any more. */
    boolean isOver() {
        return received.isDone();
    }

    /** It is about to be sent by that connection. */
    void begins(KeptConnection by) {
        connection = by;
    }

    void answerBegins() {
        began = true;
    }

    /** It stays known as sent: a deadline may have passed meanwhile, and what DingTalk answered must not be taken for unsent. */
    void answered(Received answer) {
        received.complete(answer);
    }

    void failed(IOException why) {
        received.completeExceptionally(why);
    }
}
