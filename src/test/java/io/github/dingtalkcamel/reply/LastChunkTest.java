package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.List;

import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class LastChunkTest {

    /** A message that is stored from then on is stored as running: its turn starts as soon as the end of this one is recorded. */
    @Test
    void endsTheTurnForTheMessageBehindIt() {
        KeyedQueue queue = new KeyedQueue(10, 10, 2);
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Turn.PROPERTY, new Turn(7, Spoken.in("cid", "m1"), queue.reserve("main\ncid", 0), null));
        queue.offer(exchange);
        queue.poll();
        KeyedQueue.Slot next = queue.reserve("main\ncid", 0);
        exchange.setProperty(Reply.PROPERTY, new Reply(List.of("zero", "one"), 0, -1, Reply.ANSWER, List.of()));
        Replies replies = new Replies(null, new Inbox(null, InstantSource.system()), queue, null, null, InstantSource.system());

        assertThat(next.startsAtOnce()).isFalse();
        taken(replies, exchange, 0);
        assertThat(next.startsAtOnce()).isFalse();
        taken(replies, exchange, 1);
        assertThat(next.startsAtOnce()).isTrue();
    }

    private static void taken(Replies replies, Exchange exchange, int chunk) {
        exchange.getMessage().setHeader(ChunkMessage.NUMBER, chunk);
        exchange.getMessage().setHeader(DingTalkConstants.CHANNEL, "sessionWebhook");
        replies.recordChunk(exchange);
    }
}
