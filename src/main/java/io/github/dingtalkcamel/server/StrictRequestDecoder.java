package io.github.dingtalkcamel.server;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;

/**
 * Reads requests as Vert.x does, but refuses what two servers in a row could read differently: Content-Length together with
 * Transfer-Encoding makes the request invalid, where Netty would drop the length.
 */
final class StrictRequestDecoder extends VertxHttpRequestDecoder {

    private final ConnectionWatch watch;

    StrictRequestDecoder(HttpServerOptions options, ConnectionWatch watch) {
        super(options);
        this.watch = watch;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof ByteBuf bytes) {
            watch.received(bytes.readableBytes());
        }
        super.channelRead(context, message);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        // thrown while the headers are read, which makes the message invalid and ends the reading
        throw new IllegalArgumentException("Content-Length together with Transfer-Encoding");
    }
}
