package io.github.dingtalkcamel.reply;

import java.time.Clock;

import io.github.dingtalkcamel.card.StreamingCards;
import io.github.dingtalkcamel.component.api.WebhookAddresses;
import io.github.dingtalkcamel.cluster.Sharing;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.tool.SentMessages;
import io.github.dingtalkcamel.turn.TurnConfiguration;
import org.apache.camel.Processor;
import org.apache.camel.spi.Registry;

/** The beans of this package: replies, notices and reactions, and the handling of turns that fail. */
public final class ReplyConfiguration {

    private ReplyConfiguration() {
    }

    /** Creates them, and binds what routes name. */
    public static void bind(Registry registry, Settings settings, Store store, Sharing sharing, BotTexts texts, TurnConfiguration turn,
            StreamingCards cards, SentMessages sentMessages, QuotableMessages quotable, Clock clock) {
        Notices notices = new Notices(texts);
        RetryPolicy retryPolicy = new RetryPolicy(settings.maxTurnAge(), clock);
        registry.bind("notices", notices);
        registry.bind("busyNotice", new BusyNotice(notices, new WebhookAddresses(settings.apiBaseUrl(), settings.oapiBaseUrl()), clock));
        registry.bind("busyConversations", sharing.leases()
                .isShared() ? new SharedBusyConversations(store, sharing.clock()) : new BusyConversations());
        Replies replies = new Replies(settings, turn.inbox(), turn.turns(), turn.starts(), quotable, retryPolicy, clock);
        registry.bind("replies", replies);
        registry.bind("planReply", turn.storeRetry().step(replies::plan));
        registry.bind("recordChunk", turn.storeRetry().step(replies::recordChunk));
        registry.bind("recordFile", turn.storeRetry().step(replies::recordFile));
        registry.bind("replyFiles", new FileDelivery(texts));
        CardReplies cardReplies = new CardReplies(cards, settings, store, turn.inbox(), sentMessages, texts, clock);
        registry.bind("cardReplies", cardReplies);
        registry.bind("planCard", turn.storeRetry().step(cardReplies::plan));
        registry.bind("recordCardEnd", turn.storeRetry().step(cardReplies::recordEnd));
        registry.bind("endCardWithoutReply", turn.storeRetry().step(cardReplies::endWithoutReply));
        registry.bind("giveUpCard", turn.storeRetry().step(cardReplies::giveUp));
        registry.bind("thinking", new Thinking(settings));
        DeadLetterChannel deadLetters = new DeadLetterChannel(turn.deadLetters(), turn.inbox());
        registry.bind("deadLetterChannel", deadLetters);
        registry.bind("addDeadLetter", turn.storeRetry().step(deadLetters::add));
        registry.bind("countTries", (Processor) DeadLetterChannel::repeats);
    }
}
