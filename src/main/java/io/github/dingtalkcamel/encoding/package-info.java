/**
 * Text from outside this program as characters: files that operators write, standard input, and what the Java virtual machine decodes by
 * the locale.
 *
 * <p>Used by the packages that read such text: {@code settings}, {@code texts}, {@code reload} and the command line.
 */
package io.github.dingtalkcamel.encoding;
