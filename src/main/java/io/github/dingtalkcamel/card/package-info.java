/**
 * Replies that are shown in an AI card of DingTalk's while they form: the card's calls, their pace, and the record by which each card is
 * brought to its end, also after a crash.
 *
 * <p>Called by the {@code turn-} and {@code reply-} routes and by the package {@code reply}. What a reply is and how it is cut is said
 * there.
 */
package io.github.dingtalkcamel.card;
