package io.github.dingtalkcamel.component.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.CancellationException;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/** A connection to a host, for one call after the other. Safe for use by many threads; nothing here waits. */
final class KeptConnection extends SimpleChannelInboundHandler<HttpObject> {

    private static final int LONGEST_LINE = 4 << 10;
    private static final int LARGEST_HEAD = 64 << 10;
    private static final int PIECE = 8 << 10;
    private static final int FIRST_SIZE = 4 << 10;

    private final ShortCalls calls;
    private final Origin origin;
    private final Channel channel;
    /** The call under way, or null. */
    private ShortCall call;
    /** Done when the request has left the process. */
    private ChannelPromise written;
    private HttpResponse head;
    private ByteArrayOutputStream body;
    private boolean whole;
    private boolean over;
    /** By {@link System#nanoTime}. Used by {@link ShortCalls} only. */
    private long idleSince;

    private KeptConnection(ShortCalls calls, Origin origin, Channel channel) {
        this.calls = calls;
        this.origin = origin;
        this.channel = channel;
    }

    /**
     * @param channel open; with TLS its handshake is done. Called on its thread
     * @throws ConnectException where it has ended already, of which nothing would tell later
     */
    static KeptConnection create(Channel channel, ShortCalls calls, Origin origin) throws ConnectException {
        if (!channel.isActive()) {
            throw new ConnectException("the other side ended the connection at once");
        }
        KeptConnection connection = new KeptConnection(calls, origin, channel);
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.removeLast();
        pipeline.addLast(new HttpClientCodec(LONGEST_LINE, LARGEST_HEAD, PIECE), connection);
        return connection;
    }

    Origin origin() {
        return origin;
    }

    long idleSince() {
        return idleSince;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    /** Sends a call that is still wanted. @return false where the connection had ended, and nothing was sent */
    boolean send(ShortCall next) {
        boolean wanted;
        // complete before any answer is read, unless that came before the whole request was sent
        ChannelPromise sent = channel.newPromise();
        synchronized (this) {
            if (over || !channel.isActive()) {
                return false;
            }
            next.begins(this);
            // only now: who ended the call before may have said that nothing was sent
            wanted = !next.isOver();
            if (wanted) {
                call = next;
                written = sent;
                head = null;
                body = null;
                whole = false;
            }
        }
        if (wanted) {
            sent.addListener(done -> {
                if (!done.isSuccess()) {
                    end(asIo(done.cause()));
                }
            });
            channel.writeAndFlush(next.request(), sent);
        } else {
            calls.idle(this);
        }
        return true;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
        IOException broken;
        synchronized (this) {
            broken = over ? null : taken(part);
        }
        if (broken != null) {
            end(broken);
        }
    }

    /** @return why the answer is none, or null */
    private IOException taken(HttpObject part) {
        if (call == null) {
            return new IOException("an answer came to no call");
        }
        if (part.decoderResult().isFailure()) {
            return new IOException("the answer is not HTTP/1.1", part.decoderResult().cause());
        }
        if (whole) {
            return new IOException("more came than the answer");
        }
        if (part instanceof HttpResponse response) {
            call.answerBegins();
            head = response;
            if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS) || response.protocolVersion().majorVersion() != 1) {
                return new IOException("the answer is not HTTP/1.1");
            }
            long length = HttpUtil.getContentLength(response, -1L);
            if (length > call.limit()) {
                return tooLarge();
            }
            body = new ByteArrayOutputStream(length < 0 || length > FIRST_SIZE ? FIRST_SIZE : (int) length);
        }
        return part instanceof HttpContent content ? taken(content) : null;
    }

    private IOException taken(HttpContent content) {
        int size = content.content().readableBytes();
        if (body.size() + (long) size > call.limit()) {
            return tooLarge();
        }
        if (size > 0) {
            byte[] bytes = new byte[size];
            content.content().readBytes(bytes);
            body.writeBytes(bytes);
        }
        // what comes before the answer has no body
        whole = content instanceof LastHttpContent && head.status().codeClass() != HttpStatusClass.INFORMATIONAL;
        return null;
    }

    private IOException tooLarge() {
        return new BoundedAnswer.TooLargeException("the answer is larger than " + call.limit() + " bytes");
    }

    /** Only here: what was read may have held more than the answer. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        ShortCall done;
        SentCall.Received received;
        boolean kept;
        synchronized (this) {
            if (over || !whole) {
                return;
            }
            done = call;
            call = null;
            whole = false;
            received = new SentCall.Received(head.status().code(), body.toByteArray());
            kept = written.isSuccess() && isKept(head);
        }
        // first, so that the caller's next call finds it
        if (kept) {
            calls.idle(this);
        } else {
            end(null);
        }
        done.answered(received);
    }

    private static boolean isKept(HttpResponse head) {
        int status = head.status().code();
        boolean ends = HttpUtil.isContentLengthSet(head) || HttpUtil.isTransferEncodingChunked(head)
                || status == HttpResponseStatus.NO_CONTENT.code() || status == HttpResponseStatus.NOT_MODIFIED.code();
        // of HTTP/1.0 none is kept, whatever it says
        return ends && head.protocolVersion().equals(HttpVersion.HTTP_1_1) && HttpUtil.isKeepAlive(head);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent ended && !ended.isSuccess()) {
            // anyone on the way can end a TCP connection: something may be missing
            end(new IOException("the connection ended, but not TLS", ended.cause()));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(new IOException("the other side ended the connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(asIo(cause));
    }

    private static IOException asIo(Throwable cause) {
        return cause instanceof IOException io ? io : new IOException("the answer could not be read", cause);
    }

    /** Ends it where it still works for that call: an answer that comes later would be taken for that of the next. */
    void endOf(ShortCall unwanted) {
        boolean works;
        synchronized (this) {
            works = call == unwanted;
        }
        if (works) {
            end(new IOException(new CancellationException()));
        }
    }

    /** Ends it, and the call under way with it. */
    void end(IOException why) {
        ShortCall lost;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            lost = call;
            call = null;
        }
        channel.close();
        calls.ended(this);
        if (lost != null) {
            lost.failed(why);
        }
    }
}
