/**
 * What the log does with texts that come from outside: they can't forge a line, can't make it write without bound, and fill it with no stack traces. Parts of
 * log4j's configuration, {@code log4j2.properties}.
 */
package io.github.dingtalkcamel.log;
