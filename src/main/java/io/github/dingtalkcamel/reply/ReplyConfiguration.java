package io.github.dingtalkcamel.reply;

import java.time.Clock;

import io.github.dingtalkcamel.component.api.WebhookAddresses;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.turn.TurnConfiguration;
import org.apache.camel.Processor;
import org.apache.camel.spi.Registry;

/** The beans of this package: replies, notices and reactions, and the handling of turns that fail. */
public final class ReplyConfiguration {

    private ReplyConfiguration() {
    }

    /** Creates them, and binds what routes name. */
    public static void bind(Registry registry, Settings settings, BotTexts texts, TurnConfiguration turn, QuotableMessages quotable,
            Clock clock) {
        Notices notices = new Notices(texts);
        RetryPolicy retryPolicy = new RetryPolicy(settings.maxTurnAge(), clock);
        registry.bind("notices", notices);
        registry.bind("busyNotice", new BusyNotice(notices, new WebhookAddresses(settings.apiBaseUrl(), settings.oapiBaseUrl()), clock));
        registry.bind("busyConversations", new BusyConversations());
        Replies replies = new Replies(settings, turn.inbox(), turn.turns(), quotable, retryPolicy, clock);
        registry.bind("replies", replies);
        registry.bind("planReply", turn.storeRetry().step(replies::plan));
        registry.bind("recordChunk", turn.storeRetry().step(replies::recordChunk));
        registry.bind("recordFile", turn.storeRetry().step(replies::recordFile));
        registry.bind("replyFiles", new FileDelivery(texts));
        registry.bind("thinking", new Thinking(settings));
        DeadLetterChannel deadLetters = new DeadLetterChannel(turn.deadLetters(), turn.inbox());
        registry.bind("deadLetterChannel", deadLetters);
        registry.bind("addDeadLetter", turn.storeRetry().step(deadLetters::add));
        registry.bind("countTries", (Processor) DeadLetterChannel::repeats);
    }
}
