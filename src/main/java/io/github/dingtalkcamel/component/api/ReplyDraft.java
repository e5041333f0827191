package io.github.dingtalkcamel.component.api;

/**
 * Takes a reply while it forms, so that it can be shown before it is whole. An application puts one into the exchange property
 * {@link #PROPERTY} of an agent's exchange where it shows drafts; without the property there is nothing to do.
 *
 * <p>A draft is only shown: the reply is the body at the end of the agent's route, independent of what was shown before.
 *
 * <p>Promises: no method blocks or throws, and none has an effect once the agent's route has ended or was stopped. Safe for use by many
 * threads. Does not promise that each text is shown: only the newest counts.
 */
public interface ReplyDraft {

    /** Exchange property that holds it; absent where replies are not shown while they form. */
    String PROPERTY = "CamelDingTalkDraft";

    /**
     * Shows the reply so far.
     *
     * @param text the whole text from its beginning, not only what was added; null or empty counts as nothing yet
     */
    void update(String text);

    /**
     * Says what the agent does while no new text comes: thinks, calls a tool. Shown until the next {@link #update}, where the application
     * shows such words at all.
     *
     * @param words a few words in the user's language; null or blank for none
     */
    void activity(String words);
}
