package io.github.dingtalkcamel.component.dingtalk;
import java.util.concurrent.CompletableFuture;

import org.apache.camel.Exchange;

/** What a producer does with an exchange. Does not block. */
@FunctionalInterface
interface Operation {

    /**
     * Does it, and leaves its result in the exchange's message.
     *
     * @return    completed when DingTalk has confirmed all of it, or with what went wrong
     * @throws Exception where nothing was sent, because of what the exchange or the options hold
     */
    CompletableFuture<?> perform(Exchange exchange) throws Exception;
}
