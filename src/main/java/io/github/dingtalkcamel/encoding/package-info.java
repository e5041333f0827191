/** Text from outside this program as characters: files that operators write, standard input, and what the Java virtual machine decodes by the locale. */
package io.github.dingtalkcamel.encoding;
