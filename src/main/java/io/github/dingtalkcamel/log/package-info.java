/**
 * What the log does with texts from outside: they can't forge a line, can't grow the log without bound, and bring no stack traces.
 *
 * <p>Used by log4j only, by its configuration {@code log4j2.properties}.
 */
package io.github.dingtalkcamel.log;
