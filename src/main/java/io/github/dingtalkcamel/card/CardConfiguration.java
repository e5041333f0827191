package io.github.dingtalkcamel.card;

import java.time.Clock;

import io.github.dingtalkcamel.queue.NonStoppingProcessor;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.turn.Messages;
import io.github.dingtalkcamel.turn.StoreRetry;
import org.apache.camel.CamelContext;

/**
 * The beans of this package: the cards of replies, and the queue of their calls.
 *
 * @param cards the cards
 */
public record CardConfiguration(StreamingCards cards) implements AutoCloseable {

    /**
     * Creates them, and binds what routes name.
     *
     * @param sharedClock the same on all nodes, for what is in the store
     */
    public static CardConfiguration bind(CamelContext context, Settings settings, Store store, BotTexts texts, StoreRetry storeRetry,
            Messages messages, Clock sharedClock, Clock clock) throws Exception {
        OpenCards record = new OpenCards(store, sharedClock);
        CardCalls calls = new CardCalls(context, record, clock);
        StreamingCards cards = new StreamingCards(context, settings, texts, record, calls, messages, clock, !store.isShared());
        EndDraft endDraft = new EndDraft(context);
        context.addService(cards);
        context.addService(endDraft);
        context.getRegistry().bind("cardCalls", calls);
        context.getRegistry().bind("streamingCards", cards);
        context.getRegistry().bind("replyDraft", new DraftFeed());
        context.getRegistry().bind("resumeCard", storeRetry.step(cards::resume));
        context.getRegistry().bind("endDraft", new NonStoppingProcessor(endDraft));
        return new CardConfiguration(cards);
    }

    /** Makes no more calls. Cards that are not at their end stay on record. */
    @Override
    public void close() {
        cards.close();
    }
}
