/**
 * The bot's own texts in each language, and the files by which an operator replaces them.
 *
 * <p>Used by commands and replies.
 */
package io.github.dingtalkcamel.texts;
