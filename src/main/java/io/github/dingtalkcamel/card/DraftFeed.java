package io.github.dingtalkcamel.card;

import io.github.dingtalkcamel.component.api.ReplyDraft;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;

/**
 * Shows the body of an agent's exchange as its reply so far, for agents that are routes. Does nothing where replies are not shown while
 * they form.
 */
public final class DraftFeed {

    /** @param text the whole text from its beginning */
    public void show(@Body String text, @ExchangeProperty(ReplyDraft.PROPERTY) ReplyDraft draft) {
        if (draft != null) {
            draft.update(text);
        }
    }
}
