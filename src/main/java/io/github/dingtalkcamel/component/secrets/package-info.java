/**
 * Keeps secrets out of texts that others write: which secrets are known, how they may be quoted, and the text without them.
 *
 * <p>Used by every package that logs, reports or stores a text from outside. It uses nothing of ours.
 */
package io.github.dingtalkcamel.component.secrets;
