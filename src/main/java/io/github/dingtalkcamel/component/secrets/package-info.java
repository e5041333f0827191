/** Keeps secrets out of texts that others write: what is known of them, how they may be quoted, and the text without them. */
package io.github.dingtalkcamel.component.secrets;
