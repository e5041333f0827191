package io.github.dingtalkcamel.component.api;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;

/** The last handler of a channel until its connection is ready. The step that fails tells why it is not; Netty would log it too. */
final class OpeningHandler extends ChannelInboundHandlerAdapter {

    private final SslHandler secured;

    /** @param secured null without TLS */
    OpeningHandler(SslHandler secured) {
        this.secured = secured;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (secured != null) {
            context.pipeline().addFirst(secured);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
