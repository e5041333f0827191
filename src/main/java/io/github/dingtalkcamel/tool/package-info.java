/**
 * Tools: what other systems ask DingTalk to do. A call is checked completely before anything is sent, then run once however often it is
 * repeated; the result has the outcome for each recipient.
 *
 * <p>Called by the {@code tool-} routes and by the command {@code send}.
 */
package io.github.dingtalkcamel.tool;
